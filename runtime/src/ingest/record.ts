import { headers, type Source } from '../contract.ts'
import { type Cursor, formatCursor } from '../platform/source-cursor.ts'
import { type Envelope } from './identity.ts'
import { type Frame } from './sse.ts'

/** A record as it will stand in the log. */
export type LogRecord = { key: string; value: Buffer; headers: Record<string, string> }

/** Longest key, in characters; MediaWiki's titles end at 255 bytes. */
const maxKeyChars = 1024

/** What a record costs in a batch beside its key, value and headers: lengths, offsets, the batch's own head. */
const overheadBytes = 128

/**
 * The record of an event: its bytes unchanged, keyed `wiki|title`, so that a page's events stay in order. An event
 * without a readable wiki and title is keyed by its identity, for kafkajs would move a keyless record to another
 * partition when it tries again.
 * @param event.cursor the position to resume from after this event
 */
export function toRecord(event: {
  frame: Frame
  envelope: Envelope | undefined
  identity: string
  cursor: Cursor | undefined
  source: Source
}): LogRecord {
  const { frame, envelope, identity, cursor, source } = event
  const page = `${envelope?.wiki}|${envelope?.title}`
  const isKeyed = envelope?.wiki !== undefined && envelope.title !== undefined && page.length <= maxKeyChars
  return {
    key: isKeyed ? page : identity,
    value: frame.data,
    headers: {
      ...(cursor && { [headers.sseId]: formatCursor(cursor) }),
      ...(source !== 'live' && { [headers.source]: source }),
      ...(frame.size > frame.data.length && { [headers.oversized]: String(frame.size) }),
    },
  }
}

/** Upper bound of what a record takes in a batch, in bytes. */
export function recordBytes(record: LogRecord): number {
  let bytes = overheadBytes + Buffer.byteLength(record.key) + record.value.length
  for (const [name, value] of Object.entries(record.headers)) bytes += name.length + value.length + 10
  return bytes
}
