export const minuteMs = 60_000
export const hourMs = 3_600_000

/** The instant, ms since 1970, as ISO 8601 text in UTC, brought down to a whole unit, such as a minute. */
export function instant(ms: number, unitMs = 1): string {
  return new Date(Math.floor(ms / unitMs) * unitMs).toISOString()
}
