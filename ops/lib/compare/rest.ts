import { type Aligned, total } from './model.ts'

/** So many windows together differ by less, when what is late in one of them comes in the next. */
const blockWindows = 30
/** Moved, not missing: blocks differ by at most this share, or by so much less than single windows. */
const cancelled = { share: 0.001, part: 0.25 }
/** Windows that agree differ by no more than this share of their events where each event has its own minute. */
const exactShare = 0.002
/** Old pipelines drop fewer events than so many times those that we know to be late. */
const lateFactor = 1.5
/** Less than this share is nothing to name a reason for. */
const negligibleShare = 2e-4

/** What the windows in which nothing happened say: how much they differ, one by one, in blocks, and altogether. */
export type Rest = {
  windows: number
  expected: number
  /** Old events less expected ones. */
  net: number
  /** Mean difference of a window, and of a block of windows, as shares of what is expected. */
  scatter: number
  blockScatter: number
  /** Whether the differences even out: events count in another window than ours, and none is missing for it. */
  isMoved: boolean
  /** Whether the old counts are lower by no more than what we know to be late. */
  isLate: boolean
}

/**
 * Judges the windows that are no outliers.
 * @param lateShare events that came more than a minute after they happened, as a share of all.
 */
export function judgeRest(aligned: Aligned, differs: readonly boolean[], lateShare: number): Rest {
  const kept = aligned.old.flatMap((old, i) =>
    differs[i]
      ? []
      : [{ index: i, expected: aligned.expected[i] ?? 0, by: old - (aligned.expected[i] ?? 0) }],
  )
  const expected = total(kept.map(one => one.expected))
  const net = total(kept.map(({ by }) => by))
  const trend = expected > 0 ? net / expected : 0
  const share = (values: readonly number[]) => (expected > 0 ? total(values.map(Math.abs)) / expected : 0)
  const scatter = share(kept.map(one => one.by - trend * one.expected))
  const blocks = new Map<number, number>()
  for (const { index, by, expected: events } of kept) {
    const block = Math.floor(index / blockWindows)
    blocks.set(block, (blocks.get(block) ?? 0) + by - trend * events)
  }
  const blockScatter = share([...blocks.values()])
  return {
    windows: kept.length,
    expected,
    net,
    scatter,
    blockScatter,
    isMoved: scatter > exactShare && blockScatter <= Math.max(cancelled.share, cancelled.part * scatter),
    isLate: -trend > negligibleShare && -trend <= lateFactor * lateShare,
  }
}

/** Events that the windows without outliers leave unexplained. */
export function unexplainedOf(rest: Rest): number {
  const scattered = rest.isMoved || rest.scatter <= exactShare ? 0 : rest.scatter * rest.expected
  return scattered + (rest.isLate ? 0 : Math.abs(rest.net))
}
