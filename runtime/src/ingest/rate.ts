/** Counts over the last full seconds. */
export type Rate = { count(): void; perSecond(): number }

/**
 * A rate over the last `seconds` full seconds.
 * @param now ms of any clock that only goes forward
 */
export function createRate(seconds = 10, now: () => number = () => performance.now()): Rate {
  const counts: number[] = Array.from({ length: seconds + 1 }, () => 0)
  const begun = Math.floor(now() / 1_000)
  let current = begun

  const advance = () => {
    const second = Math.floor(now() / 1_000)
    for (let passed = Math.max(current + 1, second - seconds); passed <= second; passed++) {
      counts[passed % counts.length] = 0
    }
    current = Math.max(current, second)
  }
  return {
    count() {
      advance()
      const slot = current % counts.length
      counts[slot] = (counts[slot] ?? 0) + 1
    },
    perSecond() {
      advance()
      const full = Math.min(seconds, current - begun)
      if (full === 0) return 0
      const sum = counts.reduce((total, count) => total + count, 0)
      return (sum - (counts[current % counts.length] ?? 0)) / full
    },
  }
}
