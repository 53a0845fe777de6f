import { parseCursor, parseSince, RequestError } from './cursor.ts'
import { activeTopic, firstOffset, idleTopic } from './event.ts'
import { historyMs, type SimulatedStream } from './stream.ts'

/** Where a connection starts: at event n, or at the canary behind it when `skipEvent`. */
export type StartPosition = { n: number; skipEvent: boolean; resumed: boolean }

/** librdkafka's name for the first offset that a topic still has. */
const earliest = -2

/**
 * Where a request wants to start, by KafkaSSE's rules: `Last-Event-ID` before `since`, an offset before a timestamp.
 * What is older than the history, newer than the newest event, or not said, is the latest, silently.
 * Throws a RequestError: 400 for what can't be understood, 404 for a topic that isn't there.
 */
export function startPosition(
  stream: SimulatedStream,
  asked: { lastEventId?: string | undefined; since?: string | undefined },
  nowMs: number,
): StartPosition {
  const latest = { n: stream.happened(), skipEvent: false, resumed: asked.lastEventId !== undefined }
  const byTime = (ms: number) =>
    ms < nowMs - historyMs ? latest : { ...latest, n: Math.min(latest.n, stream.timeline().firstWithDt(ms)) }

  if (asked.lastEventId === undefined) {
    return asked.since === undefined ? latest : byTime(parseSince(asked.since))
  }
  const positions = parseCursor(asked.lastEventId)
  const unknown = positions
    .map(({ topic }) => topic)
    .filter(topic => topic !== activeTopic && topic !== idleTopic)
  if (unknown.length > 0) {
    throw new RequestError(
      404,
      `Topics ${unknown.join(', ')} are not available: use ${activeTopic}, ${idleTopic}.`,
    )
  }
  const active = positions.find(({ topic, partition }) => topic === activeTopic && partition === 0)
  // Only what is assigned is read: a cursor without the active topic gets nothing.
  if (!active) return { ...latest, n: Number.POSITIVE_INFINITY }
  const { offset, timestamp } = active
  if (offset === undefined) return timestamp === undefined ? latest : byTime(timestamp)
  if (offset === earliest) return { ...latest, n: stream.oldest() }
  const n = Math.floor((offset - firstOffset) / 2)
  if (n < stream.oldest() || n > latest.n) return latest
  return { ...latest, n, skipEvent: (offset - firstOffset) % 2 === 1 }
}
