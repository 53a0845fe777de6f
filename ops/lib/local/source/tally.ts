import { type Count, counter } from './checksum.ts'
import { type PoisonKind, poisonKinds, poisonNames } from './poison.ts'
import { rangeSet } from './ranges.ts'
import { type Entry } from './stream.ts'

/**
 * What the simulator sent since its process started, by its own count. An event is sent when the last byte of its
 * frame was handed to a socket; whether anybody read it is not known here. A client that resumes until it has all
 * must end up with exactly these events, each once.
 */
export type Tally = {
  mode: 'simulate'
  seed: number
  /** How many events there are by now: numbers 0 to this, less one. At most `total`. */
  happened: number
  /** Distinct events sent, of all kinds but canaries, as the runs of their numbers. */
  sent: { unique: number; ranges: [number, number][] }
  /** Distinct events that must be counted: ordinary ones, those with unknown fields, and poison that ends `counted`. */
  events: Count
  /** Distinct events that must end as dead letters. */
  dead: Count
  /** Of the above, the broken ones by kind. The record of an oversized event holds its head only: its sum can't match. */
  poison: Partial<Record<PoisonKind, Count & { ends: 'counted' | 'dead' }>>
  /** Canaries: neither counted nor dead letters. */
  canaries: { unique: number; frames: number }
  /** Of `events`, by type and by wiki. */
  types: Record<string, number>
  wikis: Record<string, number>
  /** Whole frames, canaries and everything sent again included, and their bytes. */
  frames: number
  bytes: number
  /** Frames of events that had been sent before, because a client resumed or another one reads too. */
  resent: number
  /** Frames of events sent again on the same connection, on purpose. */
  duplicates: number
}

/** Takes down what is sent. */
export type TallyKeeper = {
  event(entry: Entry, frameBytes: number): void
  duplicate(frameBytes: number): void
  canary(n: number, frameBytes: number): void
  read(seed: number, happened: number): Tally
}

/** A tally of nothing yet. */
export function tallyKeeper(): TallyKeeper {
  const sent = rangeSet()
  const canaries = rangeSet()
  const events = counter()
  const dead = counter()
  const poison = Object.fromEntries(poisonNames.map(kind => [kind, counter()])) as Record<
    PoisonKind,
    ReturnType<typeof counter>
  >
  const types = new Map<string, number>()
  const wikis = new Map<string, number>()
  const counts = { frames: 0, bytes: 0, resent: 0, duplicates: 0, canaryFrames: 0 }

  const frame = (bytes: number) => {
    counts.frames++
    counts.bytes += bytes
  }
  return {
    event(entry, frameBytes) {
      frame(frameBytes)
      if (!sent.add(entry.n)) {
        counts.resent++
        return
      }
      if (entry.poison) poison[entry.poison].add(entry.data)
      if (entry.ends === 'dead') {
        dead.add(entry.data)
        return
      }
      events.add(entry.data)
      types.set(entry.type, (types.get(entry.type) ?? 0) + 1)
      wikis.set(entry.wiki, (wikis.get(entry.wiki) ?? 0) + 1)
    },
    duplicate(frameBytes) {
      frame(frameBytes)
      counts.duplicates++
    },
    canary(n, frameBytes) {
      frame(frameBytes)
      counts.canaryFrames++
      canaries.add(n)
    },
    read: (seed, happened) => ({
      mode: 'simulate',
      seed,
      happened,
      sent: { unique: sent.size(), ranges: sent.ranges() },
      events: events.count(),
      dead: dead.count(),
      poison: Object.fromEntries(
        poisonNames
          .map(kind => [kind, { ...poison[kind].count(), ends: poisonKinds[kind].ends }] as const)
          .filter(([, { unique }]) => unique > 0),
      ),
      canaries: { unique: canaries.size(), frames: counts.canaryFrames },
      types: Object.fromEntries(types),
      wikis: Object.fromEntries(wikis),
      frames: counts.frames,
      bytes: counts.bytes,
      resent: counts.resent,
      duplicates: counts.duplicates,
    }),
  }
}
