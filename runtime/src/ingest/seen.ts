import { LRUCache } from 'lru-cache'

/** Events a second that the set is sized for; the measured peak of the live stream is 114. */
const peakRate = 200

/** The identities of the events that stand in the log or are on their way there. */
export type Seen = {
  /** @returns false when it was known already */
  add(identity: string): boolean
  size(): number
}

/**
 * Remembers the newest `windowS` seconds of events at peak rate, by count and not by the clock: after an hour of a
 * broker's absence the events before it are still the ones that a resume repeats.
 */
export function createSeen(windowS: number): Seen {
  const known = new LRUCache<string, true>({ max: seenMax(windowS) })
  return {
    add(identity) {
      if (known.has(identity)) return false
      known.set(identity, true)
      return true
    },
    size: () => known.size,
  }
}

/** How many identities the set of a window of `windowS` seconds holds at most. */
export function seenMax(windowS: number): number {
  return windowS * peakRate
}
