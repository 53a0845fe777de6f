import { z } from 'zod'

/**
 * A place in one partition of a source topic, by timestamp (ms) or by offset; `offset: -1` marks an idle topic.
 * Where both stand, the source takes the offset.
 */
export type Position = { topic: string; partition: number; timestamp?: number; offset?: number }

/** The source's cursor, as it stands in an SSE `id` line and in `Last-Event-ID`: one position a source topic. */
export type Cursor = readonly Position[]

/** Where to start in the source: a time, ms since 1970, or the cursor after an event. */
export type Since = number | Cursor

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
