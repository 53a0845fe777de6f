import { type DelayBucket } from './schema.ts'

/** Upper bounds in seconds of the delay columns of `flow_minute`, in their order; the last has none. */
const delayBounds = [1, 2, 5, 10, 30, 60, 300, null] as const

/**
 * The bucket that holds the given share of all delays. The histogram knows no more than that, so no number is
 * made up inside a bucket.
 * @param counts events by bucket, in the order of `delayBounds`
 * @param share 0.5 for the median, 0.95 for the 95th percentile
 * @returns null when nothing was counted
 */
export function delayAt(counts: readonly number[], share: number): DelayBucket | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let seen = 0
  const index = counts.findIndex(count => {
    seen += count
    return seen >= total * share
  })
  return { overS: delayBounds[index - 1] ?? 0, atMostS: delayBounds[index] ?? null }
}
