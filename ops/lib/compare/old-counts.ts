import { UserError } from '../script.ts'
import { minuteMs } from './our-minutes.ts'

/** What the old pipeline has under one time. */
export type OldWindow = {
  /** The counts of all its rows, summed. */
  sum: number
  /** The same, where rows that differ in nothing but their count stand for the largest of them. */
  largest: number
  /** Rows that repeat another one in all but the count. */
  repeated: number
  /** Events of the sum that are the source's own test (domain `canary`), where a column tells. */
  canaries: number
}

/** Columns beside time and count of which the values are known. */
export const dimensions = ['wiki', 'type', 'bot'] as const
export type Dimension = (typeof dimensions)[number]

/** The old pipeline's counts as they were found; times in ms, taken as UTC where they say no zone. */
export type OldCounts = {
  /** What was read, in words: `table public.edits (window_start, count)`. */
  source: string
  windows: ReadonlyMap<number, OldWindow>
  /** Length of a window by its own two columns, in ms. */
  windowMs?: number
  /** Events by each value of a column. */
  values: Partial<Record<Dimension, ReadonlyMap<string, number>>>
}

/** Old windows one after the other: index `i` begins at `fromMs + i · lengthMs`. */
export type OldSeries = {
  fromMs: number
  lengthMs: number
  windows: readonly (OldWindow | undefined)[]
  /** Windows begin this often, in ms; shorter than `lengthMs` where they overlap. */
  everyMs: number
}

/** A share of windows that may stand beside the others' rhythm, and are added to the window they fall into. */
const strayShare = 0.05

/**
 * Puts old windows into their rhythm: minutes, five minutes, hours. Where they overlap, one in so many is taken, so
 * that each event is in one of them; what is shorter than a minute, or has no rhythm, is added up by minute.
 * @throws UserError for fewer than two windows, and for a length that isn't of whole minutes.
 */
export function inRhythm({ windows, windowMs }: OldCounts): OldSeries {
  const starts = [...windows.keys()].sort((a, b) => a - b)
  const [first] = starts
  if (first === undefined || starts.length < 2) {
    throw new UserError(
      `the old counts hold ${starts.length === 1 ? 'one time alone' : 'no time at all'}: nothing to compare`,
    )
  }
  const step = mostCommon(starts.slice(1).map((start, i) => start - (starts[i] ?? start)))
  const phase = mostCommon(starts.map(start => start % step))
  const strays = starts.filter(start => start % step !== phase).length
  const hasRhythm = step >= minuteMs && strays <= starts.length * strayShare && phase % minuteMs === 0
  const everyMs = hasRhythm ? step : minuteMs
  if (everyMs % minuteMs !== 0) {
    throw new UserError(
      `the old windows begin every ${everyMs / 1_000} s, which is no whole number of minutes: ours can't be added up to them`,
    )
  }
  const lengthMs = windowMs !== undefined && hasRhythm && windowMs > everyMs ? windowMs : everyMs
  if (lengthMs % everyMs !== 0) {
    throw new UserError(
      `the old windows are ${lengthMs / 1_000} s long and begin every ${everyMs / 1_000} s, which doesn't divide it`,
    )
  }
  const offset = hasRhythm ? phase : 0
  const fromMs = offset + Math.floor((first - offset) / everyMs) * everyMs
  const count = Math.floor(((starts.at(-1) ?? first) - fromMs) / lengthMs) + 1
  const series: (OldWindow | undefined)[] = new Array(count).fill(undefined)
  for (const [start, window] of windows) {
    const index = Math.floor((start - fromMs) / lengthMs)
    const overlaps = lengthMs > everyMs && start !== fromMs + index * lengthMs
    if (!overlaps) series[index] = added(series[index], window)
  }
  return { fromMs, lengthMs, windows: series, everyMs }
}

/** Two windows, or two rows of one, as one. */
export function added(a: OldWindow | undefined, b: OldWindow): OldWindow {
  if (!a) return b
  return {
    sum: a.sum + b.sum,
    largest: a.largest + b.largest,
    repeated: a.repeated + b.repeated,
    canaries: a.canaries + b.canaries,
  }
}

function mostCommon(values: readonly number[]): number {
  const times = new Map<number, number>()
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1)
  return [...times].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0])[0]
}
