import { expect, test } from 'vitest'
import { stateFolder } from '../script.ts'
import { closingOf } from './closing.ts'
import { found } from './test-found.ts'

const todo = { state: 'to do', evidence: 'is missing' } as const
const blocked = { state: 'blocked', evidence: 'no credentials' } as const
const here = { state: stateFolder }
const every = new Set(found().map(({ id }) => id))

test('all that was asked for may be done while the migration is not', () => {
  expect(closingOf('done', found(), every, here)).toMatch(
    /^All 10 steps are done: the pipeline serves\. Next: /,
  )
  expect(closingOf('done', found({ ship: todo }), new Set(['bucket']), here)).toBe(
    'What was asked for is done: 9 of 10 steps are done. Next: npx zx ops/migrate.ts',
  )
})

test('what is blocked is named by its numbers, and only that', () => {
  const steps = found({ database: blocked, bucket: blocked, host: blocked, check: todo })
  expect(closingOf('blocked', steps, every, here)).toContain("steps 5 to 7 can't be walked yet")
  expect(closingOf('blocked', found({ compose: blocked, host: blocked }), every, here)).toContain(
    'steps 1 and 7',
  )
  expect(closingOf('planned', steps, every, here)).toBe(
    '6 of 10 steps are done, and nothing was changed. Next: mend what step 5 says, then npx zx ops/migrate.ts',
  )
})

test('a failure names the steps that were meant, not those that were left out', () => {
  const steps = found({ ship: todo, run: todo })
  expect(closingOf('failed', steps, new Set(['ship']), here)).toContain('8 of 10')
  expect(closingOf('failed', steps, new Set(['ship']), here)).toContain('step 8 is not')
})

test('the next command means the same stack, and a deployed one is verified as such', () => {
  const next = (destination: Parameters<typeof closingOf>[3]) =>
    closingOf('done', found(), every, destination).replace(/^.*Next: /, '')
  expect(next(here)).toBe('npx zx ops/verify.ts --deployed')
  expect(next({ target: 'my hosts.json', state: '/a' })).toBe(
    "npx zx ops/verify.ts --target 'my hosts.json' --state '/a'",
  )
  expect(
    closingOf('failed', found({ ship: todo }), every, { config: 'other.ts', state: stateFolder }),
  ).toContain("Next: npx zx ops/migrate.ts --config 'other.ts' goes on")
})
