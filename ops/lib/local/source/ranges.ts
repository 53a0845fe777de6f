/** A set of whole numbers, kept as runs: a stream that was sent without a gap is one run, however long. */
export type RangeSet = {
  /** Adds the number; true when it wasn't in the set. */
  add(n: number): boolean
  /** The runs, ascending, as `[first, last]`. */
  ranges(): [number, number][]
  size(): number
}

/** An empty set. */
export function rangeSet(): RangeSet {
  const firsts: number[] = []
  const lasts: number[] = []
  let size = 0

  /** Index of the last run that starts at or before n; −1 when there is none. */
  const runBefore = (n: number) => {
    let low = 0
    let high = firsts.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((firsts[middle] ?? n) <= n) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  return {
    add(n) {
      const run = runBefore(n)
      const last = lasts[run]
      if (last !== undefined && n <= last) return false
      size++
      const joinsBefore = last === n - 1
      const joinsAfter = firsts[run + 1] === n + 1
      if (joinsBefore && joinsAfter) {
        lasts.splice(run, 2, lasts[run + 1] ?? n)
        firsts.splice(run + 1, 1)
      } else if (joinsBefore) lasts[run] = n
      else if (joinsAfter) firsts[run + 1] = n
      else {
        firsts.splice(run + 1, 0, n)
        lasts.splice(run + 1, 0, n)
      }
      return true
    },
    ranges: () => firsts.map((first, run) => [first, lasts[run] ?? first]),
    size: () => size,
  }
}
