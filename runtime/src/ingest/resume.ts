import { type Source } from '../contract.ts'
import { ConfigError } from '../platform/config.ts'
import { type Cursor, cursorTime, type Since } from '../platform/source-cursor.ts'
import { isAtOrBefore, type Rewind, rewindCursor } from './cursor.ts'
import { type Resume } from './source.ts'
import { type Tail } from './tail-notes.ts'

/**
 * Where in the stream to begin after the log was read: a rewind before its cursor. `since` counts where there is no
 * cursor, or to jump ahead of it. An id is rewound as the log's own is: its timestamp is 1 ms late and timestamps step
 * back at times, so a start right at it would leave events out. What comes again for it is new to an empty log, and
 * known to one that holds it.
 */
export function resumeFrom(cursor: Cursor | undefined, since: Since | undefined, rewind: Rewind): Resume {
  const rewound = cursor && rewindCursor(cursor, rewind)
  if (rewound && !isAhead(since, cursor)) return { cursor: rewound }
  if (since === undefined) return {}
  if (typeof since === 'number') return { sinceMs: since }
  const from = rewindCursor(since, rewind)
  return from ? { cursor: from } : {}
}

/** The time of SOURCE_SINCE, ms since 1970; undefined for an id that holds offsets alone. */
export function sinceTime(since: Since | undefined): number | undefined {
  return typeof since === 'object' ? cursorTime(since) : since
}

/** Does it lie past the log's cursor? Where only one of them has a time, that isn't known. */
function isAhead(since: Since | undefined, cursor: Cursor): since is Since {
  if (since === undefined) return false
  const [asked, held] = [sinceTime(since), cursorTime(cursor)]
  if (asked !== undefined && held !== undefined) return asked > held
  return typeof since === 'object' && isAtOrBefore(cursor, since) && !isAtOrBefore(since, cursor)
}

/** How much of what a connection brought is asked for again by the next one: one part in so many. */
const overlapPart = 8

/**
 * Where to go on after a connection that brought events. All that it brought is known, so an offset is exact, and of
 * a timestamp 1 ms is what it takes (the source's are 1 ms late); more is for safety, up to a rewind, but never so
 * much that a source which cuts soon would be asked for the same for ever.
 * @param before where that connection began
 */
export function resumeAfter(position: Cursor, before: Resume, rewindMs: number): Resume {
  const cursor = position.map(place => {
    const { topic, partition, timestamp, offset } = place
    if (timestamp === undefined || (offset !== undefined && offset >= 0)) return place
    const began = before.cursor?.find(
      other => other.topic === topic && other.partition === partition,
    )?.timestamp
    const overlap = began === undefined ? rewindMs : Math.floor((timestamp - began) / overlapPart)
    return { ...place, timestamp: Math.max(0, timestamp - Math.min(rewindMs, Math.max(1, overlap))) }
  })
  return { cursor }
}

/**
 * Says how the log's end and the source fit together, once the source has named itself.
 * @returns a sentence when events between the log's end and the stream are lost for certain, or may be
 * @throws ConfigError when the log holds events of this source, and not one of them says where to go on.
 */
export function checkContinuity(
  tail: Pick<Tail, 'cursors' | 'held' | 'newest' | 'ends'>,
  source: Source,
  since: Since | undefined,
): string | undefined {
  const cursor = tail.cursors.get(source)
  if (cursor) {
    if (!isAhead(since, cursor)) return undefined
    return `SOURCE_SINCE skips what the source holds from ${placeInWords(cursor)} to ${placeInWords(since)}`
  }
  if (since !== undefined) return undefined
  if (tail.held.has(source)) {
    throw new ConfigError(
      `the log's last records of the ${source} source carry no cursor, so it isn't known where to go on; ` +
        `set SOURCE_SINCE, for example to the newest one's append time, ${iso(tail.newest?.appendedAtMs ?? 0)}`,
    )
  }
  if (tail.newest)
    return `the log ends with events of the ${tail.newest.source} source; starting at the latest event`
  const isEmptied = [...tail.ends.values()].some(end => end > 0n)
  return isEmptied ? "the log's retention has taken all of its events; starting at the latest one" : undefined
}

function placeInWords(place: Since): string {
  const time = sinceTime(place)
  return time === undefined ? JSON.stringify(place) : iso(time)
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
