import pRetry from 'p-retry'
import { isTransient } from '../platform/postgres.ts'
import { OffsetError } from './claim.ts'

/** How an operation waits for its environment to come back. */
export type Patience = {
  /** Ends the waiting, never an attempt under way. */
  signal: AbortSignal
  /** Told of each failed attempt that will be made again. */
  onWait: (error: Error) => void
}

/** Errors of the program itself, which no waiting mends. */
const bugs = [TypeError, RangeError, ReferenceError, SyntaxError]

/**
 * Tries until it succeeds, waiting 0.1 s to 5 s between attempts with jitter. What an attempt gave counts even when
 * the signal came while it ran.
 * @throws the first error that waiting can't mend; the signal's reason.
 */
export async function patiently<T>(patience: Patience, attempt: (nth: number) => Promise<T>): Promise<T> {
  let done: { value: T } | undefined
  try {
    return await pRetry(
      async nth => {
        const value = await attempt(nth)
        done = { value }
        return value
      },
      {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 100,
        maxTimeout: 5_000,
        randomize: true,
        signal: patience.signal,
        shouldRetry: ({ error }) => waitingMends(error),
        onFailedAttempt: ({ error }) => {
          if (waitingMends(error)) patience.onWait(error)
        },
      },
    )
  } catch (error) {
    if (done) return done.value
    throw error
  }
}

function waitingMends(error: Error): boolean {
  return isTransient(error) && !(error instanceof OffsetError) && !bugs.some(bug => error instanceof bug)
}
