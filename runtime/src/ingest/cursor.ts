import { z } from 'zod'

/**
 * A place in one partition of a source topic, by timestamp (ms) or by offset; `offset: -1` marks an idle topic.
 * Where both stand, the source takes the offset.
 */
type Position = { topic: string; partition: number; timestamp?: number; offset?: number }

/** The source's cursor, as it stands in an SSE `id` line and in `Last-Event-ID`: one position a source topic. */
export type Cursor = readonly Position[]

/** Longest text that is taken for a cursor, in bytes; Wikimedia's have about 150. */
const maxCursorBytes = 4096

// Kafka's own rule for a topic's name. It also keeps a cursor fit for an HTTP header.
const topicName = z.string().regex(/^[\w.-]{1,249}$/)
const place = z.object({ topic: topicName, partition: z.int().min(0) })
const cursorSchema = z
  .array(
    z.union([
      place.extend({ timestamp: z.int().min(0), offset: z.int().min(-1) }),
      place.extend({ timestamp: z.int().min(0) }),
      place.extend({ offset: z.int().min(-1) }),
    ]),
  )
  .min(1)

/** The cursor that an SSE `id` line spells; undefined when it is not one. */
export function parseCursor(text: string | undefined): Cursor | undefined {
  if (text === undefined || text.length > maxCursorBytes) return undefined
  try {
    return cursorSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** The text of a cursor for `Last-Event-ID`. */
export function formatCursor(cursor: Cursor): string {
  return JSON.stringify(cursor)
}

/** The newest timestamp of a cursor, in ms; undefined when it holds offsets alone. */
export function cursorTime(cursor: Cursor): number | undefined {
  const times = cursor.flatMap(({ timestamp }) => (timestamp === undefined ? [] : [timestamp]))
  return times.length === 0 ? undefined : Math.max(...times)
}

/**
 * The furthest of several cursors, topic by topic: a real place wins over an idle one, the larger timestamp or offset
 * over the smaller; of two that can't be compared the later argument. Undefined for none.
 */
export function mergeCursors(cursors: Iterable<Cursor>): Cursor | undefined {
  const furthest = new Map<string, Position>()
  for (const cursor of cursors) {
    for (const position of cursor) {
      const key = `${position.topic} ${position.partition}`
      const known = furthest.get(key)
      if (!known || !isFurther(known, position)) furthest.set(key, position)
    }
  }
  return furthest.size === 0 ? undefined : [...furthest.values()]
}

function isIdle(position: Position): boolean {
  return position.offset === -1 && position.timestamp === undefined
}

function isFurther(a: Position, b: Position): boolean {
  if (isIdle(a) || isIdle(b)) return !isIdle(a)
  if (a.offset !== undefined && b.offset !== undefined) return a.offset > b.offset
  return a.timestamp !== undefined && b.timestamp !== undefined && a.timestamp > b.timestamp
}

/** How far a resume goes back before the cursor, where what is already known is dropped. */
export type Rewind = { ms: number; offsets: number }

/**
 * The cursor to resume from. Timestamps go back because the source's are 1 ms late and a batch may have reached only
 * some partitions; offsets because of the latter. A place nearer to its topic's start than the rewind is left out:
 * the source then starts as for an empty log. Idle entries are kept. Undefined when nothing is left.
 */
export function rewindCursor(cursor: Cursor, rewind: Rewind): Cursor | undefined {
  const rewound = cursor.flatMap(position => {
    const { offset, timestamp } = position
    if (isIdle(position)) return [position]
    if (offset !== undefined && offset >= 0) {
      return offset < rewind.offsets ? [] : [{ ...position, offset: offset - rewind.offsets }]
    }
    return timestamp === undefined ? [] : [{ ...position, timestamp: Math.max(0, timestamp - rewind.ms) }]
  })
  return rewound.every(isIdle) && !cursor.every(isIdle) ? undefined : rewound
}

/**
 * Are two events of one stream so near to each other that half a rewind from the later reaches the earlier? A batch
 * must be: a broker that dies in the middle of one has the last of its records, perhaps, and not the first.
 */
export function isWithinHalf(rewind: Rewind, a: Cursor | undefined, b: Cursor | undefined): boolean {
  if (!a || !b) return true
  return b.every(position => {
    const other = a.find(
      ({ topic, partition }) => topic === position.topic && partition === position.partition,
    )
    if (!other || isIdle(other) || isIdle(position)) return true
    if (other.offset !== undefined && position.offset !== undefined) {
      return Math.abs(position.offset - other.offset) <= rewind.offsets / 2
    }
    if (other.timestamp === undefined || position.timestamp === undefined) return true
    return Math.abs(position.timestamp - other.timestamp) <= rewind.ms / 2
  })
}

/** Is no place of `a` past that of `b`? Topics that only one of them names say nothing. */
export function isAtOrBefore(a: Cursor, b: Cursor): boolean {
  return a.every(position => {
    const other = b.find(
      ({ topic, partition }) => topic === position.topic && partition === position.partition,
    )
    return !other || isIdle(other) || isIdle(position) || !isFurther(position, other)
  })
}
