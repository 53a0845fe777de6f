/** A stretch of event time: `from` inclusive, `to` exclusive, both whole minutes. */
export type Window = { from: Date; to: Date; basis: 'now' | 'newest data' }

const minuteMs = 60_000

/**
 * The minutes of event time to show. They end with the minute in progress while something has happened in them;
 * else (a replay of old events, a source that stopped) they are the newest that have data.
 * @param newest when the event that was counted last happened; null for an empty database
 * @param minutes the window's length
 */
export function chooseWindow(now: Date, newest: Date | null, minutes: number): Window {
  const live = endOfMinute(now)
  const from = (to: number) => new Date(to - minutes * minuteMs)
  if (!newest || newest >= from(live)) return { from: from(live), to: new Date(live), basis: 'now' }
  const end = endOfMinute(newest)
  return { from: from(end), to: new Date(end), basis: 'newest data' }
}

/** The window's minutes, oldest first; those without data too. */
export function minutesOf(window: Window): Date[] {
  const count = (window.to.getTime() - window.from.getTime()) / minuteMs
  return Array.from({ length: count }, (_, index) => new Date(window.from.getTime() + index * minuteMs))
}

/** The start of the UTC hour that the window's last minute belongs to. */
export function hourOf(window: Window): Date {
  const last = window.to.getTime() - minuteMs
  return new Date(Math.floor(last / 3_600_000) * 3_600_000)
}

function endOfMinute(at: Date): number {
  return Math.floor(at.getTime() / minuteMs + 1) * minuteMs
}
