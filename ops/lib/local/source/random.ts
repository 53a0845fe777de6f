/** Draws numbers in [0, 1). */
export type Random = () => number

/** What a stream of numbers is for: draws for one use never shift those of another. */
export const uses = { event: 1, identity: 2, page: 3, time: 4, pace: 5, plan: 6, fault: 7 } as const
type Use = (typeof uses)[keyof typeof uses]

/**
 * An independent stream of numbers for (seed, n, use), the same on every machine and every run: sfc32, a small
 * generator of 128 bits of state (C. Doty-Humphrey, PractRand), set to the three and stirred twelve times.
 */
export function randomOf(seed: number, n: number, use: Use): Random {
  let a = seed | 0
  let b = n | 0
  let c = Math.floor(n / 2 ** 32) ^ (Math.floor(seed / 2 ** 32) << 8)
  let d = use | 0
  const next = () => {
    const sum = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }
  for (let round = 0; round < 12; round++) next()
  return next
}

/** True with the given probability. */
export function chance(random: Random, probability: number): boolean {
  return random() < probability
}

/** A whole number from `low` to `high`, both inclusive. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1))
}

/** A number from a normal distribution (Box–Muller). */
export function normal(random: Random, mean: number, deviation: number): number {
  return mean + deviation * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

/** A rank from 0 to count − 1, the k-th as likely as 1 ⁄ (k + 1): a few pages and people make most of the changes. */
export function rank(random: Random, count: number): number {
  return Math.floor((count + 1) ** random()) - 1
}

/** A list that has a first entry. */
export type NonEmpty<T> = readonly [T, ...T[]]

/** An entry of the list, each as likely. */
export function pick<T>(random: Random, list: NonEmpty<T>): T {
  return list[Math.floor(random() * list.length)] ?? list[0]
}

/** A drawer of entries by their weights, which may sum to anything. Throws when there is none to draw. */
export function byWeight<T>(entries: readonly (readonly [T, number])[]): (random: Random) => T {
  const sums: number[] = []
  let total = 0
  for (const [, weight] of entries) {
    total += weight
    sums.push(total)
  }
  return random => {
    const drawn = random() * total
    let low = 0
    let high = sums.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? total) > drawn) high = middle
      else low = middle + 1
    }
    const entry = entries[low]
    if (entry === undefined) throw new RangeError('byWeight: no entries to draw from')
    return entry[0]
  }
}
