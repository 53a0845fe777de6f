/** A reason, told in a sentence, for which the broker can't start and won't by being tried again. */
export class BrokerError extends Error {
  override name = 'BrokerError'
}

/** The code of a system error such as `ENOSPC`, or its name where it has none. */
export function systemCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
