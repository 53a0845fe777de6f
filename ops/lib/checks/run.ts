import { UserError } from '../script.ts'
import { type Check, type Outcome, type Result } from './check.ts'

/** What becomes of a check. */
export type CheckEvent =
  | { id: string; state: 'begun' }
  | { id: string; state: 'waiting'; for: string }
  | { id: string; state: 'done'; result: Result }

/** How a list of checks is run. */
export type RunOptions = {
  onEvent?(event: CheckEvent): void
  /** The sentence of an error that isn't a UserError: of AWS, say. */
  explain?(error: unknown): Error | undefined
  /** The words of a result for who reads it: the commands in them with the flags of the stack that is meant, say. */
  tell?(text: string): string
}

/**
 * Runs checks at the same time, each as soon as those it needs are done; what needs a failed one isn't looked at.
 * @returns their results, in the order of the list.
 * @throws RangeError when a check needs one that isn't in the list before it.
 */
export async function runChecks<Context>(
  checks: readonly Check<Context>[],
  context: Context,
  { onEvent = () => {}, explain = () => undefined, tell = text => text }: RunOptions = {},
): Promise<Result[]> {
  const results = new Map<string, Promise<Result>>()
  const run = async (check: Check<Context>, needs: readonly Promise<Result>[]): Promise<Result> => {
    const { id, title } = check
    const missing = (await Promise.all(needs)).filter(
      ({ state }) => state === 'failed' || state === 'skipped',
    )
    const begun = performance.now()
    const outcome: Pick<Result, 'state' | 'found' | 'fix'> =
      missing.length > 0
        ? { state: 'skipped', found: `not looked at: needs ${missing.map(one => one.title).join(', ')}` }
        : told(await look(check))
    const result = { id, title, ...outcome, tookMs: Math.round(performance.now() - begun) }
    onEvent({ id, state: 'done', result })
    return result
  }
  const told = ({ found, fix, ...outcome }: Outcome) => ({
    ...{ ...outcome, found: tell(found) },
    ...(fix !== undefined && { fix: tell(fix) }),
  })
  const look = async (check: Check<Context>): Promise<Outcome> => {
    onEvent({ id: check.id, state: 'begun' })
    try {
      return await check.run(context, text => onEvent({ id: check.id, state: 'waiting', for: text }))
    } catch (error) {
      return { state: 'failed', found: sentenceOf(error, explain) }
    }
  }
  for (const check of checks) {
    const needs = (check.needs ?? []).map(id => {
      const needed = results.get(id)
      if (!needed) throw new RangeError(`check ${check.id} needs ${id}, which isn't before it`)
      return needed
    })
    results.set(check.id, run(check, needs))
  }
  return Promise.all(results.values())
}

function sentenceOf(error: unknown, explain: NonNullable<RunOptions['explain']>): string {
  const explained = error instanceof UserError ? error : explain(error)
  if (explained) return explained.message
  if (!(error instanceof Error)) return String(error)
  return error.message ? `${error.name}: ${error.message}` : error.name
}
