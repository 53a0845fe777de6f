import { UserError } from '../script.ts'

/** One look at something that takes its time: what came of it, or what it is busy with. */
export type Look<T> = { done: T } | { still: string }

/** What is waited for, and how patiently. */
export type Patience = {
  /** Named when it takes too long: `database wikiflow`. */
  what: string
  limitMs: number
  /** Longest time between two looks. */
  everyMs?: number
  /** Called after each look that isn't the last, with what it is busy with and for how long: `creating, 3 min`. */
  say(progress: string): void
}

/** Time between the first two looks; each later one takes half as long again. */
const firstPauseMs = 1_000

/**
 * Looks until something is done. The first look comes at once, so what is quick costs nothing.
 * @throws UserError when it isn't done within the limit; it goes on by itself, so the same command may be repeated.
 */
export async function waitUntil<T>(look: () => Promise<Look<T>>, patience: Patience): Promise<T> {
  const { what, limitMs, everyMs = 15_000, say } = patience
  const since = Date.now()
  for (let pauseMs = firstPauseMs; ; pauseMs *= 1.5) {
    const seen = await look()
    if ('done' in seen) return seen.done
    const waitedMs = Date.now() - since
    if (waitedMs >= limitMs) {
      throw new UserError(
        `${what} is still ${seen.still} after ${minutes(waitedMs)}: run the same command again, it goes on from there`,
      )
    }
    say(waitedMs < 60_000 ? seen.still : `${seen.still}, ${minutes(waitedMs)}`)
    const pause = Math.min(pauseMs, everyMs)
    await new Promise(settle => setTimeout(settle, pause))
  }
}

function minutes(ms: number): string {
  return `${Math.floor(ms / 60_000)} min`
}
