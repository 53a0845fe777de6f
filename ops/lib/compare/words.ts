/** A whole number as people read it, without a decimal place. */
export function count(value: number): string {
  return (Math.round(value) || 0).toLocaleString('en')
}

/** A number with its sign. */
export function signed(value: number): string {
  const rounded = Math.round(value) || 0
  return rounded < 0 ? `−${count(-rounded)}` : `+${count(rounded)}`
}

/** A share as percent, with as many places as tell it from nothing. */
export function percent(share: number): string {
  const value = share * 100
  const places = value >= 10 || value === 0 ? 0 : value >= 1 ? 1 : 2
  return value > 0 && value < 0.01 ? '< 0.01 %' : `${value.toFixed(places)} %`
}

/** `1 minute`, `5 minutes`. */
export function plural(value: number, what: string): string {
  return `${count(value)} ${what}${value === 1 ? '' : 's'}`
}

/** A time to the second in UTC, as flags take it: `2026-11-20T08:00:00Z`. @param ms since 1970. */
export function clock(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** A time for people: `2026-11-20 08:00`. @param at as `clock` gives it. */
export function minute(at: string): string {
  return at.slice(0, 16).replace('T', ' ')
}

/** A stretch of time for people: `2026-11-20 08:12–08:20`, its date twice where it ends on another day. */
export function stretch(from: string, to: string): string {
  return `${minute(from)}–${from.slice(0, 10) === to.slice(0, 10) ? to.slice(11, 16) : minute(to)}`
}

/** An offset from UTC: `+07:00`. @param ms ahead of UTC. */
export function zone(ms: number): string {
  const minutes = Math.abs(ms) / 60_000
  const two = (value: number) => String(value).padStart(2, '0')
  return `${ms < 0 ? '−' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
