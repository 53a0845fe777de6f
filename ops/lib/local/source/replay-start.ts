import { type Position, parseCursor, parseSince } from './cursor.ts'
import { type ReplayFile } from './replay-file.ts'
import { type ReplayRecord } from './replay-records.ts'

/**
 * Says of each record, in order, whether the client is to have it: nothing before the place it asks for, everything
 * from there on. Lines of JSON are asked for by their number, and what follows it is wanted; frames by the topics of
 * their ids, and the first at or past the asked time, or offset, is wanted. A cursor that names nothing of this file,
 * as after another source, starts at the beginning.
 * Throws a RequestError with status 400 for a `Last-Event-ID` or a `since` that can't be understood.
 */
export function replayStart(
  file: ReplayFile,
  asked: { lastEventId?: string | undefined; since?: string | undefined },
): (record: ReplayRecord) => boolean {
  const isReached = reached(file, asked)
  let started = false
  return record => {
    started ||= isReached(record)
    return started
  }
}

function reached(
  file: ReplayFile,
  { lastEventId, since }: { lastEventId?: string | undefined; since?: string | undefined },
): (record: ReplayRecord) => boolean {
  if (lastEventId !== undefined) {
    const positions = parseCursor(lastEventId).filter(({ offset }) => offset === undefined || offset >= 0)
    if (file.format === 'ndjson') {
      const line = positions.find(({ topic }) => topic === file.topic)?.offset
      return line === undefined ? () => true : ({ index }) => index !== undefined && index > line
    }
    return positions.length === 0 ? () => true : ({ id }) => idReaches(id, positions)
  }
  if (since === undefined) return () => true
  const sinceMs = parseSince(since)
  return file.format === 'ndjson'
    ? () => true
    : ({ id }) => placesIn(id).some(({ timestamp = 0 }) => timestamp >= sinceMs)
}

function idReaches(id: string | undefined, asked: readonly Position[]): boolean {
  return placesIn(id).some(place =>
    asked.some(
      ({ topic, offset, timestamp }) =>
        topic === place.topic &&
        (offset === undefined ? (place.timestamp ?? -1) >= (timestamp ?? 0) : (place.offset ?? -1) >= offset),
    ),
  )
}

/** The positions in a frame's id; none when it has no id, or one that isn't a cursor. */
function placesIn(id: string | undefined): Position[] {
  if (id === undefined) return []
  try {
    return parseCursor(id)
  } catch {
    return []
  }
}
