import { differenceLines } from '../../cloud/fact-text.ts'
import { isDrift, isSettled, type Obstacle, type Plan, type Step } from '../../cloud/plan.ts'
import { type Check, type Outcome } from '../check.ts'
import { type StackContext } from '../stack-context.ts'

/** Differences are shown beside each other up to so many columns. */
const width = 90

/** Whether AWS has what is described, as it is described. */
export const resourcesCheck: Check<Pick<StackContext, 'plan'>> = {
  id: 'resources',
  title: 'resources',
  looksAt: 'every part of the stack is on AWS as wikiflow.config.ts says, and none was changed by hand',
  needs: ['region'],
  run: async ({ plan }) => judgeResources(await plan()),
}

/** A plan that should have nothing to do. */
export function judgeResources(plan: Plan & { obstacles: readonly Obstacle[] }): Outcome {
  const fix = 'npx zx ops/provision.ts --plan shows it, npx zx ops/provision.ts puts it right'
  if (plan.obstacles.length > 0) {
    return { state: 'failed', found: plan.obstacles.map(({ why }) => why).join('\n'), fix }
  }
  if (isSettled(plan)) return { state: 'ok', found: `${plan.steps.length} parts, all as described` }
  if (plan.steps.every(({ action }) => action === 'create')) {
    return {
      state: 'failed',
      found: `none of ${plan.steps.length} parts is there`,
      fix: 'npx zx ops/provision.ts',
    }
  }
  const open = plan.steps.filter(({ action }) => action !== 'same')
  const paused = open.every(
    step => isDrift(step) && step.differences.every(({ property }) => property === 'state'),
  )
  return {
    state: 'failed',
    found: open.flatMap(lines).join('\n'),
    fix: paused ? 'npx zx ops/resume.ts starts a stack that is paused' : fix,
  }
}

const words: Record<Step['action'], string> = {
  create: 'is missing',
  adopt: "doesn't carry the stack's tags",
  change: 'is to be changed',
  replace: 'is to be made anew',
  delete: 'is described no more',
  same: 'is as described',
}

function lines(step: Step): string[] {
  const what = isDrift(step) ? 'was changed by hand' : words[step.action]
  const head = `${step.part.title} ${step.part.name} ${what}`
  return [head, ...step.differences.flatMap(one => differenceLines(one, width)).map(line => `  ${line}`)]
}
