import { inWords } from '../cloud/errors.ts'
import { renderPlan } from '../cloud/render.ts'
import { type MigrationBill, migrationBill } from './bill.ts'
import { chooseSteps, type StepChoice } from './choose.ts'
import { closingOf, type Result } from './closing.ts'
import { migrationContext } from './context.ts'
import { probeSteps } from './probe.ts'
import { lookOf, renderBill, renderSteps } from './render.ts'
import { type Found, phases } from './step.ts'
import { steps } from './steps.ts'
import { type WalkOptions, walkers } from './walk.ts'

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
  steps: Found[]
  bill: MigrationBill | undefined
  /** Why it stopped, in a sentence. */
  problem?: string
  /** What is true now, and what to do next. */
  closing: string
}

/**
 * Shows where a migration stands, and walks its steps that are not done, phase by phase, each after its plan and a
 * question. What is done is read off reality before and after each phase: nothing of it is remembered.
 * @throws UserError for a step that there isn't; nothing else is thrown but what nobody thought of.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationOutcome> {
  const { root, destination, json } = options
  const chosen = new Set(chooseSteps(steps, options.choice).map(({ id }) => id))
  const out = json ? process.stderr : process.stdout
  const look = lookOf(out)
  const context = migrationContext(root, destination)
  const [found, bill] = await Promise.all([probeSteps(steps, context), migrationBill(context)])
  out.write(`${renderSteps(found, look)}\n\n${bill ? `${renderBill(bill, look)}\n` : ''}`)

  const end = (result: Result, problem?: string): MigrationOutcome => ({
    ...{ result, steps: found, bill, closing: closingOf(result, found, chosen) },
    ...(problem !== undefined && { problem }),
  })
  const open = (phase?: string) =>
    found.filter(one => chosen.has(one.id) && one.state !== 'done' && (phase ?? one.phase) === one.phase)
  if (open().length === 0) return end('done')
  if (options.planOnly || !options.canAgree) {
    const { plan, open: opened } = context
    const isPlanned = open('infrastructure').some(({ state }) => state === 'to do')
    if (isPlanned && destination.target === undefined && !json) {
      out.write(`\n${renderPlan(await plan(), await opened())}\n`)
    }
    return end(options.planOnly ? 'planned' : 'not asked')
  }
  for (const { id: phase, title } of phases) {
    const todo = open(phase)
    if (todo.length === 0) continue
    if (todo.some(({ state }) => state === 'blocked')) return end('blocked')
    out.write(`\n━━ ${title}\n\n`)
    try {
      if (!(await walkers[phase](todo, options))) return end('declined')
    } catch (error) {
      const told = inWords(error)
      if (!told) throw error
      await again(phase)
      return end('failed', told.message)
    }
    await again(phase)
    out.write(
      `\n${renderSteps(
        found.filter(one => one.phase === phase),
        look,
      )}\n`,
    )
    if (open(phase).length > 0) return end('failed')
  }
  return end('done')

  /** Looks again at a phase that was walked, and at those after it. */
  async function again(phase: Found['phase']): Promise<void> {
    const from = steps.findIndex(step => step.phase === phase)
    found.splice(
      from,
      found.length,
      ...(await probeSteps(steps.slice(from), migrationContext(root, destination), steps)),
    )
  }
}
