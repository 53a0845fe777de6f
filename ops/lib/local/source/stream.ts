import { canary } from './canary.ts'
import { type SimulatedEvent, simulatedEvent } from './event.ts'
import { type FaultChange } from './faults.ts'
import { canaryEveryMs, fateOf, type Plan, planFrom, planWith, usualPlan } from './plan.ts'
import { type PoisonKind, poison, poisonKinds } from './poison.ts'
import { readState, StateFileError, writeState } from './state-file.ts'
import { type Segment, type Timeline, timelineOf } from './timeline.ts'

/** How long the source remembers, in ms: an hour, where Wikimedia keeps a week or more. */
export const historyMs = 3_600_000

/** An event with its bytes, and what must become of it: `poison` is set when it is broken. */
export type Entry = {
  n: number
  dtMs: number
  data: Buffer
  type: string
  wiki: string
  poison?: PoisonKind
  ends: 'counted' | 'dead'
}

/** A stream that goes on by the clock, and whose past is made anew whenever it is asked for. */
export type SimulatedStream = {
  seed: number
  /** Starts the clock, if it doesn't run: event 0 happens right after. */
  begin(): void
  /** How many events there are by now: the numbers below. */
  happened(): number
  /** The first event that is remembered. */
  oldest(): number
  timeline(): Timeline
  entry(n: number): Entry
  /** The canary that stands behind event n, if one does. */
  canaryBehind(n: number): { dtMs: number; data: Buffer } | undefined
  /** Changes what is special about the events from now on, and the rate for a burst. */
  change(change: FaultChange): void
}

export type StreamOptions = {
  seed: number
  /** Events/s. */
  rate: number
  /** Numbers at or above it never happen. */
  total?: number | undefined
  /** Where the state is kept, so that a restart goes on with the same stream. */
  stateFile?: string | undefined
  now: () => number
}

/**
 * Opens a stream: the one in the state file, or a new one. Another rate than the file's holds from now on.
 * Throws a StateFileError when the file can't be used, or belongs to another seed.
 */
export function openStream({ seed, rate, total, stateFile, now }: StreamOptions): SimulatedStream {
  const stored = stateFile === undefined ? undefined : readState(stateFile)
  if (stored && stored.seed !== seed) {
    throw new StateFileError(
      `${stateFile} belongs to a stream with seed ${stored.seed}, not ${seed}: give --seed ${stored.seed}, another --state, or remove the file.`,
    )
  }
  let segments: readonly Segment[] = stored?.segments ?? []
  let plan: Plan = stored?.plan ?? usualPlan()
  let timeline = segments.length > 0 ? timelineOf(seed, segments, total) : undefined

  const begun = () => {
    if (!timeline) goOn([{ from: 0, startMs: now(), rate }])
    return timeline ?? timelineOf(seed, segments, total)
  }
  const happened = () => timeline?.happenedBy(now()) ?? 0
  const oldest = () => timeline?.happenedBy(now() - historyMs) ?? 0

  function goOn(next: readonly Segment[]) {
    const past = segments.filter(segment => segment.startMs < (next[0]?.startMs ?? 0))
    const all = [...past, ...next]
    const first = all.findLastIndex(segment => segment.startMs <= now() - historyMs)
    segments = all.slice(Math.max(0, first))
    timeline = timelineOf(seed, segments, total)
    save()
  }

  function save() {
    plan = planFrom(plan, oldest())
    if (stateFile !== undefined) writeState(stateFile, { seed, segments, plan })
  }

  function burst({ factor, seconds }: { factor: number; seconds: number }) {
    begun()
    const from = happened()
    const until = from + Math.round(factor * rate * seconds)
    const startMs = now()
    goOn([
      { from, startMs, rate: factor * rate },
      { from: until, startMs: startMs + seconds * 1000, rate },
    ])
  }

  if (segments.length > 0 && segments.at(-1)?.rate !== rate)
    goOn([{ from: happened(), startMs: now(), rate }])

  return {
    seed,
    begin: () => void begun(),
    happened,
    oldest,
    timeline: begun,
    entry: n => entryOf(seed, plan, n, begun().dtOf(n)),
    canaryBehind(n) {
      const everyMs = canaryEveryMs(plan, n)
      const dtMs = Math.floor(begun().happensAt(n))
      if (
        n === 0 ||
        Math.floor(begun().happensAt(n - 1) / everyMs) === Math.floor(begun().happensAt(n) / everyMs)
      ) {
        return undefined
      }
      return { dtMs, data: Buffer.from(JSON.stringify(canary(seed, n, dtMs))) }
    },
    change(change) {
      plan = planWith(plan, change, happened())
      if (change.burst) burst(change.burst)
      else save()
    },
  }
}

function entryOf(seed: number, plan: Plan, n: number, dtMs: number): Entry {
  const event = simulatedEvent(seed, n, dtMs)
  const fate = fateOf(plan, seed, n)
  const common = { n, dtMs, type: event.type, wiki: event.wiki }
  if (fate === undefined || fate === 'unknown_fields') {
    const whole = fate ? withUnknownFields(event) : event
    return { ...common, data: Buffer.from(JSON.stringify(whole)), ends: 'counted' }
  }
  return { ...common, data: poison(event, fate), poison: fate, ends: poisonKinds[fate].ends }
}

/** What a later version of the schema might bring. */
function withUnknownFields(event: SimulatedEvent): object {
  return {
    ...event,
    meta: { ...event.meta, generation: { index: 3, of: [1, 2, 3] } },
    tags: ['mobile edit', 'ñandú'],
    risk: { score: 0.25, model: null },
  }
}
