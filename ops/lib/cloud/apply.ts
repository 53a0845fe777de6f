import { type StackId } from '../stack/names.ts'
import { type Found, type Part, type Refs, type Work } from './part.ts'
import { differencesOf, type Plan, type Step } from './plan.ts'
import { tagsOf } from './tags.ts'

/** What becomes of a step while a plan is applied. */
export type StepEvent =
  | { step: Step; state: 'begun' }
  | { step: Step; state: 'waiting'; for: string }
  | { step: Step; state: 'done' }
  | { step: Step; state: 'failed'; error: unknown }
  | { step: Step; state: 'skipped' }

/** What a plan led to. */
export type Applied = {
  /** What is there now, by the part's id. */
  things: ReadonlyMap<string, Found>
  failures: readonly { step: Step; error: unknown }[]
  skipped: readonly Step[]
}

/**
 * Executes a plan: each step as soon as those it needs are done, so that a slow database holds up nothing but
 * what needs it. After a failure nothing new is begun; what has begun is waited for. Ended anywhere, a plan made
 * anew holds what is left.
 * @param signal once aborted, nothing new is begun: the lock was lost.
 */
export async function applyPlan(
  stack: StackId,
  plan: Plan,
  onEvent: (event: StepEvent) => void,
  signal?: AbortSignal,
): Promise<Applied> {
  const things = new Map(plan.steps.flatMap(({ part, found }) => (found ? [[part.id, found] as const] : [])))
  const failures: { step: Step; error: unknown }[] = []
  const skipped: Step[] = []
  const running = new Map<string, Promise<boolean>>()

  const refs: Refs = id => {
    const thing = things.get(id)
    if (!thing) throw new Error(`${id} isn't there yet`)
    return thing
  }

  const run = async (planned: Step): Promise<boolean> => {
    const first = prerequisites(plan, planned)
    const before = await Promise.all(first.map(other => begin(other)))
    const isNew = first.some(({ action }) => action === 'replace')
    const step = planned.action === 'same' && isNew ? await planAgain(planned) : planned
    if (step.action === 'same') return true
    if (before.includes(false) || failures.length > 0 || signal?.aborted) {
      skipped.push(step)
      onEvent({ step, state: 'skipped' })
      return false
    }
    onEvent({ step, state: 'begun' })
    try {
      const thing = await applyStep(stack, step, refs, text => onEvent({ step, state: 'waiting', for: text }))
      if (thing) things.set(step.part.id, thing)
      else things.delete(step.part.id)
      onEvent({ step, state: 'done' })
      return true
    } catch (error) {
      failures.push({ step, error })
      onEvent({ step, state: 'failed', error })
      return false
    }
  }
  const begin = (step: Step): Promise<boolean> => {
    const already = running.get(step.part.id)
    if (already) return already
    const promise = run(step)
    running.set(step.part.id, promise)
    return promise
  }
  await Promise.all(plan.steps.map(begin))
  return { things, failures, skipped }
}

/** Steps that come first: what a thing needs, or, where it is removed, what needs it. */
function prerequisites(plan: Plan, step: Step): Step[] {
  if (step.action === 'delete') {
    return plan.steps.filter(other => other.action === 'delete' && other.part.needs.includes(step.part.id))
  }
  return plan.steps.filter(other => other.action !== 'delete' && step.part.needs.includes(other.part.id))
}

/** What was as it should be may not be any more once what it hangs on was made anew: an address without its host. */
async function planAgain(step: Step): Promise<Step> {
  const found = await step.part.find()
  const differences = found ? differencesOf(step.part, found) : []
  return found && differences.length > 0 ? { ...step, action: 'change', found, differences } : step
}

/** Does what a step says and reads the thing again: what AWS shows afterwards must be what was asked. */
async function applyStep(
  stack: StackId,
  { part, action, found }: Step,
  refs: Refs,
  say: (text: string) => void,
): Promise<Found | undefined> {
  const tags = tagsOf(stack, part)
  const work: Work = { refs, tags, say }
  if (found && (action === 'delete' || action === 'replace')) await part.remove(found, work)
  if (action === 'delete') return undefined
  if (action === 'create' || action === 'replace') await part.create(work)
  const made = await seen(part.find, `${part.title} ${part.name}`)
  // A thing that is adopted becomes ours first: killed here, the next run repairs it.
  if (action === 'adopt') await part.tag(made, tags)
  else if (!made.ours) throw new Error(foreign(part, made))
  const differences = differencesOf(part, made)
  if (differences.length > 0) await part.change(made, differences, work)
  if (action === 'change') await part.tag(made, tags)
  const now = await seen(part.find, `${part.title} ${part.name}`)
  if (!now.ours) throw new Error(foreign(part, now))
  const left = differencesOf(part, now)
  if (left.length > 0) {
    const what = left.map(({ property, before, after }) => `${property} is ${before}, not ${after}`)
    throw new Error(`${part.title} ${part.name} was set, but AWS says: ${what.join('; ')}`)
  }
  return now
}

/** Somebody else made it after the plan, or took its tags off since. */
function foreign({ title, name }: Part, { id }: Found): string {
  return `${title} ${name} (${id}) doesn't carry this stack's tags by now: run the same command again to see whose it is`
}

/** Reads a thing that was just made: AWS's lists can be seconds behind. */
async function seen(find: () => Promise<Found | undefined>, name: string): Promise<Found> {
  for (let attempt = 0; attempt < 10; attempt++) {
    const found = await find()
    if (found) return found
    await new Promise(settle => setTimeout(settle, 500 * (attempt + 1)))
  }
  throw new Error(`${name} was made, but AWS doesn't list it after half a minute: run the same command again`)
}
