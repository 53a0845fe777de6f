import { type Cursor, type Position } from '../platform/source-cursor.ts'

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
