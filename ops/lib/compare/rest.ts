import { type Aligned, total } from './model.ts'

/** Windows that agree differ by no more than this share of their events where each event has its own minute. */
const exactShare = 0.002
/** Fewer windows don't tell whether differences even out. */
export const leastMoved = 40
/** Windows that differ by more than this share hold other events, and not the same ones at another time. */
const mostScatter = 0.25
/** At either end events are on their way, about as many as a window differs by; with the tail of chance, so many times. */
const endsFactor = 4
/** Old pipelines drop fewer events than so many times those that we know to be late. */
const lateFactor = 1.5
/** Less than this share is nothing to name a reason for. */
const negligibleShare = 2e-4

/** What the windows in which nothing happened say: how much they differ, one by one and altogether. */
export type Rest = {
  windows: number
  expected: number
  /** Old events less expected ones. */
  net: number
  /** Mean difference of a window, as a share of what is expected, without what all have in common. */
  scatter: number
  /** Added up from the beginning, these differences run apart by so many events at the most. */
  drift: number
  /** Whether they even out: events count in another window than ours, and none is missing for it. */
  isMoved: boolean
  /** Whether the old counts are lower by no more than what we know to be late. */
  isLate: boolean
}

/**
 * Judges the windows that are no outliers.
 * @param lateShare events that came more than a minute after they happened, as a share of all.
 */
export function judgeRest(aligned: Aligned, differs: readonly boolean[], lateShare: number): Rest {
  const kept = aligned.old.flatMap((old, i) => {
    const expected = aligned.expected[i] ?? 0
    return differs[i] ? [] : [{ expected, by: old - expected }]
  })
  const windows = kept.length
  const expected = total(kept.map(one => one.expected))
  const net = total(kept.map(({ by }) => by))
  const trend = expected > 0 ? net / expected : 0
  const differences = kept.map(one => one.by - trend * one.expected)
  const scattered = total(differences.map(Math.abs))
  const scatter = expected > 0 ? scattered / expected : 0
  const drift = rangeOf(differences)
  const usual = scattered / Math.max(windows, 1)
  const evensOut = drift <= mostDrift(windows) * usual && Math.abs(net) <= endsFactor * usual
  const isMoved = windows >= leastMoved && scatter > exactShare && scatter <= mostScatter && evensOut
  const isLate = !isMoved && -trend > negligibleShare && -trend <= lateFactor * lateShare
  return { windows, expected, net, scatter, drift, isMoved, isLate }
}

/** Events that the windows without outliers leave unexplained. */
export function unexplainedOf({ isMoved, isLate, scatter, expected, net }: Rest): number {
  if (isMoved) return 0
  return (scatter > exactShare ? scatter * expected : 0) + (isLate ? 0 : Math.abs(net))
}

/** Whether windows differ one by one by more than counts of the same minutes can. */
export function isScattered({ isMoved, scatter }: Rest): boolean {
  return !isMoved && scatter > exactShare
}

/** How far values run apart that are added up one after the other. */
function rangeOf(values: readonly number[]): number {
  let [sum, least, most] = [0, 0, 0]
  for (const value of values) {
    sum += value
    least = Math.min(least, sum)
    most = Math.max(most, sum)
  }
  return most - least
}

/**
 * How far differences may run apart, in usual differences, to be called moved events. Of events that only move, the sum
 * is those on their way: it stays within some 4.5 usual differences, however many windows there are. Of differences by
 * chance it is a bridge of Brownian motion, whose mean range is √(π/2) standard deviations · √n, or 1.57 · √n usual
 * differences (Feller, 1951, on the rescaled range). The bound lies between the two: chance
 * stays below half of that mean in less than one of a hundred cases, from forty windows on.
 */
function mostDrift(windows: number): number {
  const [moved, byChance] = [4.5, 1.57 * Math.sqrt(windows)]
  return Math.min(Math.sqrt(moved * byChance), 0.5 * byChance)
}
