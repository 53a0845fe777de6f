import pRetry from 'p-retry'
import { LogRangeError } from '../platform/kafka.ts'
import { type Logger } from '../platform/log.ts'
import { isTransient } from '../platform/postgres.ts'
import { ContentConflictError } from './put-range.ts'

/** What is being waited for, in sentences: a step's name, and its last error. */
export type Troubles = Map<string, string>

/**
 * Does a step until it succeeds: the database, the lake and the log may all be away, and come back. Tries again after
 * half a second to half a minute, with jitter; meanwhile the step stands in `troubles`.
 * @throws what waiting can't mend: another's object under our key, records gone from the log, a missing table or
 *   permission; the signal's reason.
 */
export async function keepTrying<T>(
  step: string,
  run: () => Promise<T>,
  context: { signal: AbortSignal; troubles: Troubles; log: Logger },
): Promise<T> {
  try {
    return await pRetry(run, {
      signal: context.signal,
      retries: Number.POSITIVE_INFINITY,
      factor: 2,
      minTimeout: 500,
      maxTimeout: 15_000,
      randomize: true,
      shouldRetry: ({ error }) =>
        isTransient(error) && !(error instanceof ContentConflictError || error instanceof LogRangeError),
      onFailedAttempt: ({ error, attemptNumber }) => {
        context.troubles.set(step, error.message)
        context.log.warn({ step, attempt: attemptNumber }, error.message)
      },
    })
  } finally {
    context.troubles.delete(step)
  }
}
