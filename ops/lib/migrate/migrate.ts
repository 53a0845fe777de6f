import { inWords } from '../cloud/errors.ts'
import { type Plan } from '../cloud/plan.ts'
import { renderPlan } from '../cloud/render.ts'
import { type MigrationBill, migrationBill } from './bill.ts'
import { chooseSteps, type StepChoice } from './choose.ts'
import { closingOf, type Result } from './closing.ts'
import { type MigrationContext, migrationContext } from './context.ts'
import { probeSteps } from './probe.ts'
import { lookOf, renderBill, renderSteps } from './render.ts'
import { type Found, type PhaseId, phases } from './step.ts'
import { steps } from './steps.ts'
import { partsBut, type WalkOptions, walkers } from './walk.ts'

/** How a migration is walked. */
export type MigrateOptions = WalkOptions & {
  choice: StepChoice
  planOnly: boolean
  /** Whether somebody can answer a question, or has agreed beforehand. */
  canAgree: boolean
}

/** What came of it. */
export type MigrationOutcome = {
  result: Result
  /** All ten, as they are now. */
  steps: readonly Found[]
  bill: MigrationBill | undefined
  /** Why it stopped, in a sentence. */
  problem?: string
  /** What is true now, and what to do next. */
  closing: string
}

/**
 * Shows where a migration stands, and walks its steps that are not done, phase by phase, each after its plan and a
 * question. What is done is read off reality before and after each phase: nothing of it is remembered.
 * @throws UserError for a step that there isn't, and a question that isn't answered.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationOutcome> {
  const { root, destination, planOnly, canAgree } = options
  const chosen = new Set(chooseSteps(steps, options.choice).map(({ id }) => id))
  const context = migrationContext(root, destination)
  const [found, bill] = await Promise.all([probeSteps(steps, context), migrationBill(context)])
  const todo = openOf(found, chosen)
  const asks = !planOnly && canAgree
  await show({ options, context, found, bill, todo, asks })
  const walked: Walked =
    todo.length === 0
      ? { result: 'done', found }
      : asks
        ? await walk(found, chosen, options)
        : { result: planOnly ? 'planned' : 'not asked', found }
  const { result, problem } = walked
  return {
    ...{ result, steps: walked.found, bill },
    ...(problem !== undefined && { problem }),
    closing: closingOf(result, walked.found, chosen, destination),
  }
}

/** How far a walk came. */
type Walked = { result: Result; found: readonly Found[]; problem?: string }

async function walk(
  first: readonly Found[],
  chosen: ReadonlySet<string>,
  options: MigrateOptions,
): Promise<Walked> {
  const { root, destination, json } = options
  const out = json ? process.stderr : process.stdout
  let found = first
  for (const { id: phase, title } of phases) {
    const todo = openOf(found, chosen, phase)
    if (todo.length === 0) continue
    if (todo.some(({ state }) => state === 'blocked')) return { result: 'blocked', found }
    const leave = openOf(found, undefined, phase).filter(one => !todo.includes(one))
    out.write(`\n━━ ${title}\n\n`)
    let problem: string | undefined
    try {
      const ids = leave.map(({ id }) => id)
      if (!(await walkers[phase](todo, ids, options))) return { result: 'declined', found }
    } catch (error) {
      problem = inWords(error)?.message
      if (problem === undefined) throw error
    }
    const from = steps.findIndex(step => step.phase === phase)
    const later = await probeSteps(steps.slice(from), migrationContext(root, destination), steps)
    found = [...found.slice(0, from), ...later]
    const own = found.filter(one => one.phase === phase)
    out.write(`\n${renderSteps(own, lookOf(out))}\n`)
    if (problem !== undefined) return { result: 'failed', found, problem }
    if (openOf(found, chosen, phase).length > 0) return { result: 'failed', found }
  }
  return { result: 'done', found }
}

/** Steps that aren't done: of those that are meant, and of a phase. */
function openOf(found: readonly Found[], chosen?: ReadonlySet<string>, phase?: PhaseId): Found[] {
  return found.filter(
    one => one.state !== 'done' && (chosen?.has(one.id) ?? true) && (phase ?? one.phase) === one.phase,
  )
}

/** The ten steps, then what it costs: where nothing is walked yet, with what would be made on AWS. */
async function show(view: {
  options: MigrateOptions
  context: MigrationContext
  found: readonly Found[]
  bill: MigrationBill | undefined
  todo: readonly Found[]
  asks: boolean
}): Promise<void> {
  const { options, context, found, bill, todo, asks } = view
  const out = options.json ? process.stderr : process.stdout
  const look = lookOf(out)
  out.write(`${renderSteps(found, look)}\n`)
  const plan = await planOf(context, found, todo)
  // The plan ends with its bill, and is shown when its phase is walked.
  const isNext = asks && todo[0]?.phase === 'infrastructure'
  if (plan && !asks) out.write(`\n${renderPlan(plan, await context.open())}\n`)
  else if (bill && !(plan && isNext)) out.write(`\n${renderBill(bill, look)}\n`)
}

/** What would be made on AWS for steps that are to do; undefined where nothing would, or nobody can say. */
async function planOf(
  { destination, plan: read }: MigrationContext,
  found: readonly Found[],
  todo: readonly Found[],
): Promise<Plan | undefined> {
  const own = openOf(found, undefined, 'infrastructure')
  const meant = own.filter(one => todo.includes(one))
  const isPlanned = meant.length > 0 && meant.every(({ state }) => state === 'to do')
  if (!isPlanned || destination.target !== undefined) return undefined
  const plan = await read()
  const all = plan.steps.map(({ part }) => part)
  const parts = partsBut(
    all,
    own.filter(one => !meant.includes(one)).map(({ id }) => id),
  )
  return { ...plan, steps: plan.steps.filter(({ part }) => parts.includes(part)) }
}
