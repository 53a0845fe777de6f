import { expect, test } from 'vitest'
import { findStep, stepsIn } from './steps.ts'

const runbook = `# When something is wrong

## How to read this

Prose.

## worker-down: A worker is down
<!-- checks: services, partitions , lag -->

Symptom: …

\`\`\`\`sh
## not-a-step: it stands in a fence
\`\`\`sh
## nor-this: one
\`\`\`\`

## lag-grows: The lag grows: and grows

<!-- checks: lag -->

## leave-aws: Leave AWS\r
No checks here.
`

test('steps are the headings with an id; what stands in a fence is a command', () => {
  expect(stepsIn(runbook)).toEqual([
    { id: 'worker-down', title: 'A worker is down', checks: ['services', 'partitions', 'lag'] },
    { id: 'lag-grows', title: 'The lag grows: and grows', checks: ['lag'] },
    { id: 'leave-aws', title: 'Leave AWS', checks: [] },
  ])
})

test('a step that there is not is told with the one that was meant, and with all', () => {
  const steps = stepsIn(runbook)
  expect(findStep(steps, 'lag-grows').title).toBe('The lag grows: and grows')
  expect(() => findStep(steps, 'worker-donw')).toThrow(
    'the runbook has no step "worker-donw"; did you mean worker-down? There is: worker-down, lag-grows, leave-aws',
  )
  expect(() => findStep([], '\u001b[2J')).toThrow(
    'the runbook has no step "\\u001b[2J"; there is: none at all',
  )
})

test('a line that was meant to name checks is not passed over', () => {
  expect(() => stepsIn('## a-step: A step\n<!-- checks services -->\n')).toThrow(
    'line 2 of the runbook is "<!-- checks services -->"; allowed: <!-- checks: services, lag -->',
  )
  expect(() => stepsIn('## a-step: A step\n<!-- checks: -->')).toThrow('line 2')
})

test('a step stands once', () => {
  expect(() => stepsIn('## a-b: One\n\n## a-b: Two\n')).toThrow(
    'line 3 of the runbook: there are two steps a-b',
  )
})
