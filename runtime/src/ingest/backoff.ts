/** How a connection to the source ended. */
export type ConnectionEnd = {
  /** `cut`: the source ended a running stream, as Wikimedia does after 15 minutes. */
  reason: 'cut' | 'idle' | 'failed' | 'refused'
  /** The HTTP status of a refusal. */
  status?: number
  /** What the source asked for with Retry-After, in ms. */
  retryAfterMs?: number
  /** How long the connection streamed, in ms. */
  lastedMs: number
  /** How many events it brought. */
  events: number
  /** A sentence for a person. */
  detail: string
}

const baseMs = 1_000
const capMs = 60_000
/** A status that time alone rarely mends (403: the User-Agent, 404: the address) is asked again this seldom. */
const slowMs = 60_000
/** A connection that lasted this long was a good one: its end is followed by an immediate resume. */
const goodMs = 10_000
/** The longest Retry-After that is believed, in ms. */
const maxRetryAfterMs = 3_600_000

/**
 * How long to wait before the next connection, in ms: at once after a good one, else exponential back-off with full
 * jitter, so that clients which were cut together don't come back together. Retry-After is a lower bound.
 * @param failures by `countFailures`, this one included
 * @param random from 0 to 1
 */
export function waitBefore(end: ConnectionEnd, failures: number, random: number): number {
  if (isGood(end)) return 0
  const backoff = random * Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 10))
  if (end.retryAfterMs !== undefined) return Math.min(end.retryAfterMs, maxRetryAfterMs) + random * baseMs
  const isClientError =
    end.status !== undefined && end.status >= 400 && end.status < 500 && end.status !== 429
  return isClientError ? slowMs * (1 + random) : backoff
}

/** Connections in a row that brought nothing; one that brought events, but few, counts as the first. */
export function countFailures(end: ConnectionEnd, before: number): number {
  if (isGood(end)) return 0
  return end.events > 0 ? 1 : before + 1
}

/** Did the connection do its job until it ended? */
export function isGood(end: ConnectionEnd): boolean {
  return end.reason !== 'refused' && end.lastedMs >= goodMs
}

/**
 * The value of a Retry-After header in ms: seconds, or a date. Undefined when it is neither.
 * @param now ms since 1970
 */
export function parseRetryAfter(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1_000
  const at = /[a-z]/i.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.max(0, at - now)
}
