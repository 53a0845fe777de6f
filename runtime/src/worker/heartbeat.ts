/** The group no longer wants us; its own error is the cause. */
export class LostMembershipError extends Error {
  override name = 'LostMembershipError'
}

/**
 * Runs something that may take long while telling the group that we live. When the group answers that it no longer
 * wants us, the signal is aborted, for what runs to stop waiting.
 * @param everyMs how often; kafkajs lets through only what is due.
 * @throws LostMembershipError when what ran failed after that; else what it throws.
 */
export async function whileBeating<T>(
  heartbeat: () => Promise<void>,
  everyMs: number,
  stop: AbortSignal,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const lost = new AbortController()
  const timer = setInterval(() => heartbeat().catch(error => lost.abort(error)), everyMs)
  try {
    return await run(AbortSignal.any([stop, lost.signal]))
  } catch (error) {
    if (!lost.signal.aborted || stop.aborted) throw error
    throw new LostMembershipError('the group rebalanced while a batch waited', { cause: lost.signal.reason })
  } finally {
    clearInterval(timer)
  }
}

/** The promise, or the signal's reason as an error when that comes first. */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
