import { type OldSeries, type OldWindow } from './old-counts.ts'
import {
  type Cumulative,
  countsOf,
  cumulate,
  eventsBetween,
  minuteMs,
  type OurMinutes,
  type Part,
} from './our-minutes.ts'

/** How the old pipeline is supposed to have counted the events that ours did. */
export type Model = {
  /** Its times are so many ms ahead of UTC. */
  shiftMs: number
  part: Part
  /** An event counts in the window of a time so many ms later than its own; earlier, where it is negative. */
  delayMs: number
  /** Each event counts so often. */
  times: number
  /** Each event counts in so many windows, which overlap: the one of its time, and those before it. */
  span: number
  /** Of rows that differ in their count alone, all count, or the largest does. */
  rows: 'sum' | 'largest'
}

/** The old pipeline as it should be: its times in UTC, every event once, in the window of its time. */
export const plainModel: Model = { shiftMs: 0, part: {}, delayMs: 0, times: 1, span: 1, rows: 'sum' }

/** Old windows by UTC, each with what it holds and what the model says it should; equally long arrays. */
export type Aligned = {
  lengthMs: number
  starts: number[]
  old: number[]
  expected: number[]
  canaries: number[]
  /** The first or the last one that the old table has. */
  isEdge: boolean[]
}

/** A time in UTC, in ms. */
export type Span = { fromMs: number; toMs: number }

/** Aligns with different models; what they share is added up once. */
export type Aligner = (model: Model) => Aligned

/** @param within only windows that lie in it, and in our minutes, are aligned. */
export function createAligner(series: OldSeries, ours: OurMinutes, within: Span): Aligner {
  const known = new Map<string, Cumulative>()
  const cumulativeOf = (part: Part): Cumulative => {
    const key = JSON.stringify([part.wikis, part.types, part.bots])
    const found = known.get(key) ?? cumulate(ours.fromMs, countsOf(ours, part))
    known.set(key, found)
    return found
  }
  return model => {
    const cumulative = cumulativeOf(model.part)
    const { lengthMs, windows } = series
    const aligned: Aligned = {
      lengthMs,
      starts: [],
      old: [],
      expected: [],
      canaries: [],
      isEdge: [],
    }
    const toMs = Math.min(within.toMs, ours.fromMs + ours.minutes * minuteMs)
    windows.forEach((window, i) => {
      const start = series.fromMs + i * lengthMs - model.shiftMs
      if (start < Math.max(within.fromMs, ours.fromMs) || start + lengthMs > toMs) return
      const events = eventsBetween(
        cumulative,
        start - model.delayMs,
        start - model.delayMs + lengthMs * model.span,
      )
      if (Number.isNaN(events)) return
      aligned.starts.push(start)
      aligned.old.push(window ? countOf(window, model) : 0)
      aligned.expected.push(events * model.times)
      aligned.canaries.push(window?.canaries ?? 0)
      aligned.isEdge.push(i === 0 || i === windows.length - 1)
    })
    return aligned
  }
}

function countOf(window: OldWindow, { rows }: Model): number {
  return window[rows] - window.canaries
}

/** Of the windows those that fit worst, so many of four, say nothing of a model: they were lost, or counted twice. */
const keptQuarters = 3

/**
 * How far the old counts are from a model's: the mean relative difference of the three quarters of windows that differ
 * least, from 0 to 1.
 * @param scaled compares the course alone: as if the model's counts were in the middle as high as the old ones.
 */
export function misfit(aligned: Pick<Aligned, 'old' | 'expected'>, scaled = false): number {
  const { old, expected } = aligned
  if (old.length === 0) return 1
  const factor = scaled ? medianRatio(aligned) : 1
  const differences = new Float64Array(old.length)
  old.forEach((count, i) => {
    const is = (expected[i] ?? 0) * factor
    differences[i] = Math.min(1, Math.abs(count - is) / Math.max(is, 1))
  })
  const kept = differences.sort().subarray(0, Math.ceil((old.length * keptQuarters) / 4))
  return kept.reduce((sum, one) => sum + one, 0) / kept.length
}

/** The middle one of the windows' ratios, old to expected; 1 where nothing is expected. */
export function medianRatio({ old, expected }: Pick<Aligned, 'old' | 'expected'>): number {
  const ratios = old.flatMap((events, i) => ((expected[i] ?? 0) > 0 ? [events / (expected[i] ?? 1)] : []))
  return ratios.length > 0 ? median(ratios) : 1
}

/** The middle value; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  const middle = sorted.length >> 1
  if (sorted.length % 2 === 1) return sorted[middle] ?? 0
  return ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** All added up. */
export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
}
