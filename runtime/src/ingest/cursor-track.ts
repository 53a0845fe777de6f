import { type Cursor, cursorTime } from '../platform/source-cursor.ts'

/** A jump of the source's clock beyond this, in ms, is believed when a second event agrees. */
export const jumpMs = 60_000

/** The position in a stream. */
export type CursorTrack = {
  /**
   * Takes note of an event's own cursor, undefined when it has none that can be used.
   * @returns the position after the event
   */
  follow(cursor: Cursor | undefined): Cursor | undefined
  position(): Cursor | undefined
}

/**
 * Follows the cursor of a stream and gives the one to go by after each event. The source's timestamps are those its
 * producers wrote: one event dated in the future would make a later resume skip to the stream's end, one dated years
 * back would make it begin there. So a single outlier is not taken; the position before it stands.
 */
export function createCursorTrack(start?: Cursor): CursorTrack {
  let position = start
  let suspect: number | undefined

  const isBelieved = (cursor: Cursor): boolean => {
    const time = cursorTime(cursor)
    const before = position && cursorTime(position)
    if (time === undefined || before === undefined || Math.abs(time - before) <= jumpMs) return true
    const agrees = suspect !== undefined && Math.abs(time - suspect) <= jumpMs
    suspect = time
    return agrees
  }
  return {
    follow(cursor) {
      if (cursor && isBelieved(cursor)) {
        position = cursor
        suspect = undefined
      }
      return position
    },
    position: () => position,
  }
}
