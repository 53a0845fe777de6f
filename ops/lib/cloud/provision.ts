import { wasReached } from '../deploy/await-pipeline.ts'
import { assertAffordable } from './affordable.ts'
import { type OpenStack } from './open.ts'
import { type Outputs, outputsOf, renderOutputs } from './outputs.ts'
import { type Part } from './part.ts'
import { makePlan, type PlanOptions } from './plan.ts'
import { type Outcome, planAndApply } from './plan-and-apply.ts'
import { planJson } from './render.ts'

/** How a stack is made. */
export type ProvisionOptions = PlanOptions & {
  open: OpenStack
  /** Parts that are meant; left out, all. What they need must be among them, or be there. */
  parts?: readonly Part[]
  planOnly?: boolean
  /** Standard output holds JSON alone. */
  json: boolean
  /** Go on although the credit doesn't last. */
  overBudget: boolean
  agree(): Promise<boolean>
}

/** What came of it, with what the next phase needs. */
export type Provisioned = Outcome & { outputs: Outputs }

/**
 * Makes a stack on AWS, or brings it back to its description: shows the plan, asks, carries it out. Whatever part of it
 * is meant, the credit is held against the whole.
 * @throws UserError when the credit doesn't cover it, somebody else holds the lock, or nobody can be asked.
 */
export async function provision(options: ProvisionOptions): Promise<Provisioned> {
  const { open, adopt = false, replace = [], overBudget } = options
  const { parts = open.parts, planOnly = false, json, agree } = options
  const whole = parts === open.parts || overBudget ? undefined : await makePlan(open.parts)
  const outcome = await planAndApply({
    ...{ open, parts, purpose: 'provision', planOnly, json, agree },
    options: { adopt, replace },
    refuse: plan => {
      if (!overBudget) assertAffordable(whole ?? plan, open)
    },
  })
  return { ...outcome, outputs: outputsOf(outcome.things) }
}

/** What came of it, for programs. */
export function provisionedJson({ plan, result, problems, outputs }: Provisioned, open: OpenStack): object {
  return { plan: planJson(plan, open), result, problems, outputs }
}

/** Whether the stack is as described. */
export function isThere({ result }: Pick<Outcome, 'result'>): boolean {
  return result === 'done' || result === 'nothing to do'
}

const bills = 'npx zx ops/pause.ts stops what bills by the hour, npx zx ops/destroy.ts removes it'
const deploy = 'npx zx ops/deploy.ts brings the pipeline to it'
const closing = {
  'nothing to do': 'Nothing to do: the stack is as described.',
  planned: 'Nothing was changed; to carry it out: npx zx ops/provision.ts',
  refused: 'Nothing was changed.',
  declined: 'Nothing was changed.',
  done: 'The stack is as described, and bills from now on.',
  failed:
    'The stack is not yet as described: mend what is named above, then run the same command again; it goes on from here.',
} as const

/** What is true now, and what to do next, for people. */
export function renderProvisioned({ result, outputs, things }: Provisioned, open: OpenStack): string {
  if (!isThere({ result })) return `\n${closing[result]}`
  const next = wasReached(open.context.files, things) ? bills : `${deploy}; ${bills}`
  return `\n${renderOutputs(outputs)}\n\n${closing[result]} Next: ${next}`
}
