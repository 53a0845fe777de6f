import { type Applied } from './apply.ts'
import { carryOut } from './carry-out.ts'
import { sentenceOf } from './errors.ts'
import { type OpenStack } from './open.ts'
import { type Found, type Part } from './part.ts'
import { isSettled, makePlan, type Obstacle, type Plan, type PlanOptions } from './plan.ts'
import { createProgress } from './progress.ts'
import { renderPlan } from './render.ts'

/** What a script asks for: a plan, shown, agreed to and carried out. */
export type Change = {
  open: OpenStack
  parts: readonly Part[]
  /** Named in the lock, and in the lines of progress: `provision`. */
  purpose: string
  options?: PlanOptions
  /** The plan alone is asked for. */
  planOnly?: boolean
  /** Standard output holds JSON alone: the plan and progress go elsewhere. */
  json?: boolean
  /** Throws where a plan must not be carried out although it could be. */
  refuse?(plan: Plan): void
  agree(plan: Plan): Promise<boolean>
  /** Done when the plan is agreed to, before anything of it. */
  before?(): Promise<void>
}

/** What came of it. */
export type Outcome = {
  plan: Plan & { obstacles: readonly Obstacle[] }
  result: 'nothing to do' | 'planned' | 'refused' | 'declined' | 'done' | 'failed'
  /** What is there now, by the part's id. */
  things: ReadonlyMap<string, Found>
  /** What failed, and what was not begun for it, in sentences. */
  problems: readonly string[]
}

/** Shows a plan and, agreed to, carries it out with its progress shown. */
export async function planAndApply(change: Change): Promise<Outcome> {
  const { open, parts, options, purpose } = change
  const plan = await makePlan(parts, options)
  const things = new Map(plan.steps.flatMap(({ part, found }) => (found ? [[part.id, found] as const] : [])))
  const planned = (result: Outcome['result']): Outcome => ({ plan, result, things, problems: [] })

  if (!change.json) process.stdout.write(`${renderPlan(plan, open)}\n`)
  if (plan.obstacles.length > 0) {
    return { ...planned('refused'), problems: plan.obstacles.map(({ why }) => why) }
  }
  if (isSettled(plan)) return planned('nothing to do')
  if (change.planOnly) return planned('planned')
  change.refuse?.(plan)
  if (!(await change.agree(plan))) return planned('declined')
  await change.before?.()

  const progress = createProgress(change.json ? process.stderr : process.stdout)
  try {
    const applied = await carryOut({
      context: open.context,
      parts,
      plan,
      ...(options ? { options } : {}),
      purpose,
      onEvent: progress.event,
    })
    const problems = problemsOf(applied)
    return { plan, result: problems.length > 0 ? 'failed' : 'done', things: applied.things, problems }
  } finally {
    progress.close()
  }
}

function problemsOf({ failures, skipped }: Applied): string[] {
  const names = skipped.map(({ part }) => `${part.title} ${part.name}`)
  return [
    ...failures.map(({ step, error }) => `${step.part.title} ${step.part.name}: ${sentenceOf(error)}`),
    ...(names.length > 0 ? [`not begun: ${names.join(', ')}`] : []),
  ]
}
