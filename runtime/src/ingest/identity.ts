import { hash } from 'node:crypto'
import { type Cursor } from '../platform/source-cursor.ts'

/** What ingest must know of an event; a field that is missing or of another type is undefined. */
export type Envelope = { id?: string; domain?: string; wiki?: string; title?: string }

/** Longest `meta.id` that is taken for one; real ones are UUIDs of 36 characters. */
const maxIdChars = 128

/** Reads an event's envelope; undefined when the bytes are not a JSON object with a `meta` object. */
export function readEnvelope(data: Buffer): Envelope | undefined {
  let event: unknown
  try {
    event = JSON.parse(data.toString())
  } catch {
    return undefined
  }
  if (!isObject(event) || !isObject(event.meta)) return undefined
  const { id, domain } = event.meta
  const { wiki, title } = event
  return {
    ...(typeof id === 'string' && id !== '' && id.length <= maxIdChars && { id }),
    ...(typeof domain === 'string' && { domain }),
    ...(typeof wiki === 'string' && { wiki }),
    ...(typeof title === 'string' && { title }),
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * What makes an event the same as one seen before: its `meta.id`, or else a hash of its bytes, so that a broken event
 * served twice is stored once as well. Of an oversized event only the head is known: head and true size are hashed,
 * which gives the same from its record in the log. One without any bytes is told by its place in the stream.
 */
export function identify(
  event: { data: Buffer; size: number; cursor: Cursor | undefined },
  envelope: Envelope | undefined,
): string {
  const { data, size, cursor } = event
  if (size === data.length && envelope?.id !== undefined) return envelope.id
  if (size === 0) return `empty:${cursor?.map(placeOf).sort().join()}`
  return `${hash('sha256', data, 'base64url')}:${size}`
}

function placeOf({ topic, partition, timestamp, offset }: Cursor[number]): string {
  return `${topic}/${partition}/${offset ?? timestamp}`
}
