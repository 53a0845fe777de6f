import { UserError } from '../script.ts'
import { type Explanation, explanationsOf, type Findings } from './explanations.ts'
import { fitModel, leastWindows, mostShiftMs } from './fit.ts'
import {
  type Aligned,
  createAligner,
  median,
  medianRatio,
  misfit,
  plainModel,
  type Span,
  total,
} from './model.ts'
import { inRhythm, type OldCounts, type OldSeries } from './old-counts.ts'
import { minuteMs, type OurMinutes } from './our-minutes.ts'
import { possibleParts } from './parts.ts'
import { isScattered, judgeRest, leastMoved, type Rest, unexplainedOf } from './rest.ts'
import { explainRuns, type Run } from './runs.ts'
import { clock, count, percent, plural } from './words.ts'

/** A window in which the old count isn't what is expected, and nothing says why. */
type Worst = { start: string; old: number; expected: number }

/** What holding both against each other found. */
export type Comparison = {
  verdict: 'same' | 'explained' | 'unexplained'
  /** Why it isn't explained. */
  doubts: string[]
  /** The time in UTC that both cover. */
  from: string
  to: string
  windows: number
  windowMinutes: number
  /** Events that the old pipeline counted in that time, and ours. */
  old: number
  ours: number
  explanations: Explanation[]
  /** What no explanation accounts for: events with and without their sign, windows, and the ten worst of them. */
  unexplained: { events: number; net: number; windows: number; worst: Worst[] }
  /** Up to here the old counts are whole, in UTC. */
  oldUntil: string
}

/** A window agrees when it differs by no more than this share, or so many events. */
const agrees = { share: 0.01, events: 2 }
/** Deviations of more than six standard deviations, of which the median deviation is 1/1.4826, are no chance. */
const outlier = 6 * 1.4826
/** Up to this share, what the old counts are lower or higher throughout is taken out before outliers are looked for. */
const mostTrend = 0.05
/** Explained is a comparison that leaves no more than this share of the events unexplained. */
const unexplainedShare = 0.001
/** When stretches of windows need an explanation of their own for more than this share, it rests on too little. */
const mostRunShare = 0.5
const mostWorst = 10
/** Windows by which a model is found, at the least. */
const mostFitted = 1_500

/**
 * Holds the old counts against ours, finds what explains the difference, and says what stays unexplained.
 * @param within the time in UTC that is compared.
 * @throws UserError when fewer than ten windows are in both.
 */
export function compare(old: OldCounts, ours: OurMinutes, within: Span): Comparison {
  const series = inRhythm(old)
  const align = createAligner(series, ours, within)
  const hasRepeatedRows = series.windows.some(window => (window?.repeated ?? 0) > 0)
  const newest = createAligner(series, ours, newestOf(series, within))
  const { model, isZoneSure } = fitModel(newest, { parts: possibleParts(old, ours), hasRepeatedRows })
  const aligned = align(model)
  const { starts } = aligned
  if (starts.length < leastWindows) throw tooFew(starts.length, series)
  const sumOf = (changed: Partial<typeof model>) => sumAt(align({ ...model, ...changed }), starts)
  const { differs, runs } = outliersOf(aligned)
  const lateShare = lateShareOf(ours, aligned)
  const rest = judgeRest(aligned, differs, lateShare)
  const unshifted = align({ ...model, shiftMs: 0 })
  const found: Findings = {
    ...{ series, model, isZoneSure, aligned, runs, rest, lateShare },
    oldTotal: total(align({ ...model, rows: 'sum' }).old) + total(aligned.canaries),
    sums: {
      plain: sumOf({ ...plainModel, shiftMs: model.shiftMs }),
      part: sumOf({ times: 1, span: 1, delayMs: 0 }),
      shape: sumOf({ delayMs: 0 }),
      expected: total(aligned.expected),
    },
    misfits: {
      found: misfit(aligned),
      unshifted: unshifted.old.length < leastWindows ? undefined : misfit(unshifted),
      whole: misfit(align({ ...model, part: {} })),
      undelayed: misfit(align({ ...model, delayMs: 0 })),
    },
  }
  return conclude(found)
}

/** The newest windows tell how the old pipeline counts as well as all of them do, and sooner. */
function newestOf({ fromMs, lengthMs, windows }: OldSeries, within: Span): Span {
  const toMs = Math.min(within.toMs, fromMs + windows.length * lengthMs + mostShiftMs)
  return { fromMs: Math.max(within.fromMs, toMs - mostFitted * lengthMs - 2 * mostShiftMs), toMs }
}

/** Windows out of tolerance, and what became of them. */
function outliersOf(aligned: Aligned): { differs: boolean[]; runs: Run[] } {
  const { old, expected } = aligned
  const middle = medianRatio(aligned)
  const trend = Math.abs(middle - 1) <= mostTrend ? middle : 1
  const by = old.map((events, i) => events - trend * (expected[i] ?? 0))
  const usual = median(by.map(Math.abs))
  const differs = by.map(
    (difference, i) =>
      Math.abs(difference) > Math.max(agrees.events, agrees.share * (expected[i] ?? 0), outlier * usual),
  )
  return { differs, runs: explainRuns(aligned, differs, usual > 0) }
}

function sumAt(aligned: Aligned, starts: readonly number[]): number {
  const wanted = new Set(starts)
  return total(aligned.expected.filter((_, i) => wanted.has(aligned.starts[i] ?? Number.NaN)))
}

function lateShareOf(ours: OurMinutes, { starts, lengthMs }: Aligned): number {
  const index = (ms: number) => Math.round((ms - ours.fromMs) / minuteMs)
  const within = (counts: Float64Array) =>
    total([...counts.subarray(index(starts[0] ?? 0), index((starts.at(-1) ?? 0) + lengthMs))])
  const processed = within(ours.processed)
  return processed > 0 ? within(ours.late) / processed : 0
}

function conclude(found: Findings): Comparison {
  const { aligned, series, model, runs, rest, oldTotal, sums } = found
  const explanations = explanationsOf(found)
  const unknown = runs.filter(({ kind }) => kind === 'unknown')
  const events = total(unknown.map(run => Math.abs(run.events))) + unexplainedOf(rest)
  const windows = total(unknown.map(({ from, to }) => to - from))
  const doubts = doubtsOf(found, events)
  const isSame = explanations.length === 0 && events === 0 && oldTotal === sums.plain
  const [first = 0] = aligned.starts
  return {
    verdict: doubts.length > 0 ? 'unexplained' : isSame ? 'same' : 'explained',
    doubts,
    from: clock(first),
    to: clock((aligned.starts.at(-1) ?? 0) + aligned.lengthMs),
    windows: aligned.starts.length,
    windowMinutes: aligned.lengthMs / minuteMs,
    old: Math.round(oldTotal),
    ours: Math.round(sums.plain),
    explanations,
    unexplained: {
      events: Math.round(events),
      net: Math.round(oldTotal - sums.plain - total(explanations.map(one => one.events))),
      windows,
      worst: doubts.length > 0 ? worstOf(aligned, runs) : [],
    },
    oldUntil: clock(wholeUntil(series, model.shiftMs, model.delayMs)),
  }
}

function doubtsOf({ aligned, runs, rest, sums }: Findings, events: number): string[] {
  const inRuns = total(runs.map(({ from, to }) => to - from))
  const unknown = runs.filter(({ kind }) => kind === 'unknown')
  const doubts: string[] = []
  if (events > unexplainedShare * Math.max(sums.expected, 1)) {
    if (unknown.length > 0) {
      const windows = plural(total(unknown.map(({ from, to }) => to - from)), 'window')
      doubts.push(`${windows} differ, and nothing says why`)
    }
    doubts.push(...restDoubts(rest))
    if (doubts.length === 0) doubts.push(`${count(events)} events differ, and nothing says why`)
  }
  if (inRuns > mostRunShare * aligned.starts.length) {
    doubts.push(`${count(inRuns)} of ${plural(aligned.starts.length, 'window')} differ: too few agree`)
  }
  return doubts
}

function restDoubts(rest: Rest): string[] {
  if (isScattered(rest)) {
    const windows = `single windows differ by ${percent(rest.scatter)}`
    return rest.windows < leastMoved
      ? [
          `${windows}; whether that evens out can't be told from fewer than ${leastMoved} windows: compare more of them`,
        ]
      : [`${windows}, and added up they run apart by ${plural(rest.drift, 'event')}: it doesn't even out`]
  }
  if (rest.isLate || Math.abs(rest.net) <= unexplainedShare * rest.expected) return []
  const direction = rest.net < 0 ? 'lower' : 'higher'
  return [`the old counts are ${direction} by ${percent(Math.abs(rest.net) / rest.expected)} throughout`]
}

function worstOf({ starts, old, expected }: Aligned, runs: readonly Run[]): Worst[] {
  const isExplained = (i: number) =>
    runs.some(({ kind, from, to }) => kind !== 'unknown' && i >= from && i < to)
  return starts
    .map((start, i) => ({ i, start: clock(start), old: old[i] ?? 0, expected: Math.round(expected[i] ?? 0) }))
    .filter(({ i }) => !isExplained(i))
    .sort((a, b) => Math.abs(b.old - b.expected) - Math.abs(a.old - a.expected))
    .slice(0, mostWorst)
    .map(({ start, old: counted, expected: should }) => ({ start, old: counted, expected: should }))
}

/** The end of the last whole window; what is counted late may have its time before it. */
function wholeUntil({ fromMs, lengthMs, windows }: OldSeries, shiftMs: number, delayMs: number): number {
  const last = fromMs + (windows.length - 1) * lengthMs - shiftMs
  return last - Math.ceil(Math.max(0, delayMs) / minuteMs) * minuteMs
}

function tooFew(windows: number, { lengthMs }: OldSeries): UserError {
  const length = plural(lengthMs / minuteMs, 'minute')
  return new UserError(
    windows === 0
      ? `the old counts and ours have no time in common, in whatever time zone: let both run side by side, then compare`
      : `the old counts and ours have ${plural(windows, 'window')} of ${length} in common; ${leastWindows} are the least from which anything follows: wait, or give an earlier --from`,
  )
}
