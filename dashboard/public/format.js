// @ts-check

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const oneDigit = new Intl.NumberFormat('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 })

/** `12,345`. @param {number} value */
export function count(value) {
  return whole.format(value)
}

/** `37.4`. @param {number} value */
export function rate(value) {
  return oneDigit.format(value)
}

/** `41.1 %`, or nothing to take a share of. @param {number} part @param {number} all */
export function percent(part, all) {
  return all > 0 ? `${oneDigit.format((part / all) * 100)} %` : '–'
}

/** Bytes in decimal units: `1.4 MB`, `780 kB`. @param {number} value */
export function bytes(value) {
  const size = Math.abs(value)
  const power = size < 1_000 ? 0 : size < 1e6 ? 1 : size < 1e9 ? 2 : 3
  const scaled = size / 1_000 ** power
  return `${power > 0 && scaled < 100 ? rate(scaled) : whole.format(scaled)} ${['B', 'kB', 'MB', 'GB'][power]}`
}

/** Bytes with their sign: `+1.4 MB`, `−12 B`, `±0 B`. @param {number} value */
export function signed(value) {
  return `${value > 0 ? '+' : value < 0 ? '−' : '±'}${bytes(value)}`
}

/** `14:03:07`, UTC. @param {string} iso */
export function clock(iso) {
  return iso.slice(11, 19)
}

/** `14:03`, UTC. @param {string} iso */
export function minute(iso) {
  return iso.slice(11, 16)
}

/**
 * `14:03:07 UTC`, with its day when that isn't today's.
 * @param {string} iso
 * @param {string} now
 */
export function moment(iso, now) {
  return iso.slice(0, 10) === now.slice(0, 10) ? `${clock(iso)} UTC` : `${iso.slice(0, 10)} ${clock(iso)} UTC`
}

/**
 * A stretch of time: `14:03–14:33 UTC`, with its day when that isn't today's.
 * @param {string} from
 * @param {string} to
 * @param {string} now
 */
export function span(from, to, now) {
  const day = from.slice(0, 10) === now.slice(0, 10) ? '' : `${from.slice(0, 10)} `
  return `${day}${minute(from)}–${minute(to)} UTC`
}

/** How long that is: `4 s`, `3 min 5 s`, `2 h 10 min`, `3 days`. @param {number} ms */
export function duration(ms) {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`
  if (seconds < 86_400 * 730) return `${Math.floor(seconds / 86_400)} days`
  return `${Math.floor(seconds / (86_400 * 365.25))} years`
}

/**
 * How long before `now`, in one unit, for tables: `4 s`, `18 min`.
 * @param {string} iso
 * @param {string} now
 */
export function age(iso, now) {
  return duration(Date.parse(now) - Date.parse(iso))
    .split(' ')
    .slice(0, 2)
    .join(' ')
}

/**
 * How long before `now`: `4 s ago`.
 * @param {string} iso
 * @param {string} now
 */
export function ago(iso, now) {
  return `${duration(Date.parse(now) - Date.parse(iso))} ago`
}

/**
 * A delay as far as the histogram knows it: `1–2 s`, `under 1 s`, `over 300 s`.
 * @param {import('../src/schema.ts').DelayBucket | null} bucket
 */
export function delay(bucket) {
  if (!bucket) return '–'
  if (bucket.atMostS === null) return `over ${bucket.overS} s`
  return bucket.overS === 0 ? `under ${bucket.atMostS} s` : `${bucket.overS}–${bucket.atMostS} s`
}

/**
 * One and many: `1 range`, `3 ranges`.
 * @param {number} value
 * @param {string} noun
 */
export function plural(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`
}
