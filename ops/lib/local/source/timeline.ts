import { happenings, stretch } from './pace.ts'
import { between, chance, randomOf, uses } from './random.ts'

/** From event `from` on, which happens at `startMs` or soon after, the stream has `rate` events/s. */
export type Segment = { from: number; startMs: number; rate: number }

/** How many events are out of order, how far back at most (measured on the live stream: 1.3 %, 0.99 s). */
const outOfOrder = { share: 0.013, mostMs: 990 }

/** How many neighbours share a millisecond, measured live. */
const sharedMillisecond = 0.02

/** When each event happens, and which have happened: all of it follows from the segments, nothing is remembered. */
export type Timeline = {
  /** The moment, in ms, at which event n happens and can be sent; ascending in n. */
  happensAt(n: number): number
  /** The time of event n's record and its `meta.dt`, in whole ms: mostly `happensAt`, sometimes a little before. */
  dtOf(n: number): number
  /** How many events have happened by that moment: they are the numbers below. */
  happenedBy(ms: number): number
  /** The first event with `dtOf` at or after that time, as a log finds it: earlier ones may follow. */
  firstWithDt(ms: number): number
}

/**
 * The timeline of these segments, ascending, at least one. With `total` no event of that number or a higher one ever
 * happens.
 */
export function timelineOf(
  seed: number,
  segments: readonly Segment[],
  total = Number.MAX_SAFE_INTEGER,
): Timeline {
  const segmentIndex = (n: number) =>
    Math.max(
      0,
      segments.findLastIndex(segment => segment.from <= n),
    )
  const segmentAt = (index: number) => {
    const segment = segments[index]
    if (!segment) throw new RangeError('a timeline needs at least one segment')
    return segment
  }

  function happensAt(n: number): number {
    if (n >= total) return Number.POSITIVE_INFINITY
    const at = segmentIndex(n)
    const { from, startMs, rate } = segmentAt(at)
    const index = n - from
    const first = index - (index % stretch)
    const fraction = happenings(seed, from + first)[index - first] ?? 0
    // A segment can end within a stretch: what is left of it then happens before the next one starts.
    const latest = segments[at + 1]?.startMs ?? Number.POSITIVE_INFINITY
    return Math.min(startMs + ((first + fraction * stretch) * 1000) / rate, latest)
  }

  function dtOf(n: number): number {
    const happens = Math.floor(happensAt(n))
    const { from, rate } = segmentAt(segmentIndex(n))
    if (n === from) return happens
    const random = randomOf(seed, n, uses.time)
    const kind = random()
    if (kind < outOfOrder.share) {
      const most = chance(random, 0.7) ? 5 : outOfOrder.mostMs
      return Math.floor(happensAt(n - 1)) - between(random, 1, most)
    }
    // At a high rate enough of them share a millisecond by themselves: half of those that are that close.
    const missing = sharedMillisecond - rate / 2000
    return kind < outOfOrder.share + missing ? Math.floor(happensAt(n - 1)) : happens
  }

  function happenedBy(ms: number): number {
    const index = segments.findLastIndex(segment => segment.startMs <= ms)
    const segment = segments[index]
    if (!segment) return Math.min(segmentAt(0).from, total)
    const end = Math.min(segments[index + 1]?.from ?? total, total)
    const passed = ((ms - segment.startMs) * segment.rate) / 1000
    const first = Math.floor(passed / stretch) * stretch
    if (segment.from + first >= end) return end
    const times = happenings(seed, segment.from + first)
    const fraction = (passed - first) / stretch
    const behind = times.findIndex(time => time > fraction)
    return Math.min(end, segment.from + first + (behind < 0 ? stretch : behind))
  }

  function firstWithDt(ms: number): number {
    let n = happenedBy(ms - 1e-3)
    while (n < total && dtOf(n) < ms) n++
    return n
  }

  return { happensAt, dtOf, happenedBy, firstWithDt }
}
