/** Seconds, milliseconds and microseconds since 1970 are told apart by their size: each is of the years 2001 to 2286. */
const epochs: readonly [pattern: RegExp, msOf: (digits: string) => number][] = [
  [/^\d{10}(\.\d+)?$/, digits => Math.floor(Number(digits) * 1_000)],
  [/^\d{13}(\.\d+)?$/, digits => Math.floor(Number(digits))],
  [/^\d{16}$/, digits => Math.floor(Number(digits) / 1_000)],
]

const dateTime =
  /^[[({"]*(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?) ?(Z|UTC|[+-]\d{2}(?::?\d{2})?)?(?:"?, ?"?\d{4}-[^\])}]*)?["\])}]*$/i

/**
 * A time as old tables and their exports write it: ISO 8601 with or without a zone, as PostgreSQL and Spark print it (a
 * struct of a window's start and end, too), or seconds, milliseconds or microseconds since 1970. Without a zone it is
 * taken as UTC.
 * @returns ms since 1970, undefined for what is no time.
 */
export function readTime(text: string): number | undefined {
  const trimmed = text.trim()
  for (const [pattern, msOf] of epochs) if (pattern.test(trimmed)) return msOf(trimmed)
  const [, date, time, zone = 'Z'] = dateTime.exec(trimmed) ?? []
  if (!date || !time) return undefined
  const ms = Date.parse(`${date}T${time.replace(',', '.')}${isoZone(zone)}`)
  return Number.isNaN(ms) ? undefined : ms
}

function isoZone(zone: string): string {
  if (/^(z|utc)$/i.test(zone)) return 'Z'
  const digits = zone.slice(1).replace(':', '')
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2).padEnd(2, '0')}`
}
