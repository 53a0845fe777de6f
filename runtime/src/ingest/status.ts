import { type Source } from '../contract.ts'
import { type Readiness } from '../platform/health.ts'
import { createRate } from './rate.ts'

/** A write that takes longer than this, in ms, means that the broker is away. */
export const brokerAwayMs = 5_000
/** A source lost for less than this, in ms, is on its way back: Wikimedia cuts every connection after 15 minutes. */
const graceMs = 15_000

type Phase =
  | { name: 'reading-log'; since: number }
  | { name: 'connecting'; since: number }
  | { name: 'streaming' }
  | { name: 'waiting'; until: number; after: string }

/** A time of the source that was asked for and did not come. */
type Gap = { from: string; to: string }

/** What ingest is doing, kept as it goes, told on request. */
export type Status = {
  readingLog(problem?: string): void
  connecting(): void
  streaming(source: Source): void
  waiting(ms: number, after: string): void
  /** @param positionMs time of the place in the stream that has been read, ms since 1970 */
  event(positionMs: number | undefined): void
  /** Time of the source, ISO 8601, that never came: told until the process ends. */
  gap(gap: Gap): void
  lastEventMs(): number | undefined
  positionMs(): number | undefined
  readiness(): Readiness
}

/**
 * @param read values asked for when the readiness is
 * @param clock.now ms since 1970
 */
export function createStatus(
  read: { brokerWaitingMs: () => number; queued: () => number },
  clock: { now: () => number } = { now: Date.now },
): Status {
  let phase: Phase = { name: 'reading-log', since: clock.now() }
  let problem: string | undefined
  let source: Source | undefined
  let streamedAt: number | undefined
  let lastEventMs: number | undefined
  let positionMs: number | undefined
  let gap: Gap | undefined
  const rate = createRate()
  const seconds = (ms: number) => `${Math.max(0, Math.round(ms / 1_000))} s`

  const describe = (): string => {
    const now = clock.now()
    const stalled = read.brokerWaitingMs()
    if (stalled > brokerAwayMs) return `broker away for ${seconds(stalled)}`
    switch (phase.name) {
      case 'reading-log':
        return `reading the end of the log for ${seconds(now - phase.since)}${problem ? `: ${problem}` : ''}`
      case 'connecting':
        return 'connecting to the source'
      case 'streaming':
        return 'streaming'
      case 'waiting':
        return `waiting ${seconds(phase.until - now)} after: ${phase.after}`
    }
  }
  const isReady = (): boolean => {
    if (phase.name === 'reading-log' || read.brokerWaitingMs() > brokerAwayMs) return false
    if (phase.name === 'streaming') return true
    return streamedAt !== undefined && clock.now() - streamedAt < graceMs
  }
  const leaveStream = () => {
    if (phase.name === 'streaming') streamedAt = clock.now()
  }

  return {
    readingLog(why) {
      leaveStream()
      problem = why
      if (phase.name !== 'reading-log') phase = { name: 'reading-log', since: clock.now() }
    },
    connecting() {
      leaveStream()
      phase = { name: 'connecting', since: clock.now() }
    },
    streaming(from) {
      source = from
      phase = { name: 'streaming' }
    },
    waiting(ms, after) {
      leaveStream()
      phase = { name: 'waiting', until: clock.now() + ms, after }
    },
    event(at) {
      rate.count()
      lastEventMs = clock.now()
      positionMs = at
    },
    gap(found) {
      gap = found
    },
    lastEventMs: () => lastEventMs,
    positionMs: () => positionMs,
    readiness() {
      const state = describe()
      const ready = isReady()
      const time = (ms: number | undefined) => ms && new Date(ms).toISOString()
      return {
        ready,
        ...(!ready && { reason: state }),
        detail: {
          state,
          source,
          eventsPerSecond: Math.round(rate.perSecond() * 10) / 10,
          lastEvent: time(lastEventMs),
          position: time(positionMs),
          queued: read.queued(),
          gap,
        },
      }
    },
  }
}
