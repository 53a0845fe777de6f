import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type ObjectStore } from '../platform/object-store.ts'
import { type Row } from './columns.ts'
import { encodeObject, footer } from './encode.ts'
import { restore } from './flatten.ts'
import { ObjectFormatError, readRows } from './reader.ts'
import { type LakeRecord } from './record.ts'
import { toRow } from './row.ts'
import { type SealedRange } from './seal.ts'

/** Under the key of a sealed range stands an object with other events. It is never overwritten: a person must look. */
export class ContentConflictError extends Error {
  override name = 'ContentConflictError'
}

/** What stands in the lake after a put; `found` without the log to compare it with. */
export type PutObject = {
  bytes: number
  sha256: string
  outcome: 'created' | 'same bytes' | 'same events' | 'found'
}

/** The bytes of a sealed range, and their SHA-256 in hex. */
export type EncodedRange = {
  range: SealedRange
  records: readonly LakeRecord[]
  body: Buffer
  sha256: string
}

/** @throws Error when the records are not as many as were sealed. */
export async function encodeRange(range: SealedRange, records: readonly LakeRecord[]): Promise<EncodedRange> {
  const body = await encodeObject(range, rowsOf(range, records))
  return { range, records, body, sha256: sha256Of(body) }
}

function* rowsOf(range: SealedRange, records: readonly LakeRecord[]): Iterable<Row> {
  for (const record of records) yield toRow(range.partition, record)
}

/**
 * Stores the object of a sealed range. Where one stands already, of a try whose answer was lost or of another
 * uploader, it must hold the same events: byte for byte, or, when a release with other columns wrote it, row for row.
 * @throws ContentConflictError when it holds others; StoreError.
 */
export async function putRange(store: ObjectStore, encoded: EncodedRange): Promise<PutObject> {
  const { range, body, sha256 } = encoded
  const outcome = await store.putNew(range.key, body, footer(range))
  if (outcome === 'created') return { bytes: body.length, sha256, outcome }

  const head = await store.head(range.key)
  if (head?.sha256 === sha256) return { bytes: head.bytes, sha256, outcome: 'same bytes' }
  const there = await store.read(range.key)
  const itsSha256 = sha256Of(there)
  if (itsSha256 === sha256) return { bytes: there.length, sha256, outcome: 'same bytes' }
  const difference = await eventsDiffer(there, encoded)
  if (difference !== undefined) {
    throw new ContentConflictError(
      `${store.url}/${range.key} holds other content than offsets ${range.first} to ${range.last} of partition ` +
        `${range.partition} (${difference}); it is left as it is. Move it away once it is clear who wrote it.`,
    )
  }
  return { bytes: there.length, sha256: itsSha256, outcome: 'same events' }
}

/**
 * The object of a sealed range, when it stands in the lake and holds as many rows of these offsets as were sealed;
 * undefined otherwise. For a range whose records are gone from the log.
 * @throws StoreError
 */
export async function findRange(store: ObjectStore, range: SealedRange): Promise<PutObject | undefined> {
  if (!(await store.head(range.key))) return undefined
  const object = await store.read(range.key)
  try {
    const rows = await readRows(object, ['kafka_partition', 'kafka_offset'])
    const offsets = new Set(rows.map(row => row.kafka_offset))
    const whole =
      offsets.size === range.rows &&
      rows.every(
        row =>
          row.kafka_partition === range.partition &&
          Number(row.kafka_offset) >= range.first &&
          Number(row.kafka_offset) <= range.last,
      )
    return whole ? { bytes: object.length, sha256: sha256Of(object), outcome: 'found' } : undefined
  } catch (error) {
    if (error instanceof ObjectFormatError) return undefined
    throw error
  }
}

/** What is different in an object from these rows; undefined when it holds the same records with the same events. */
async function eventsDiffer(object: Buffer, { range, records }: EncodedRange): Promise<string | undefined> {
  let there: Row[]
  try {
    there = await readRows(object)
  } catch (error) {
    if (error instanceof ObjectFormatError) return error.message
    throw error
  }
  if (there.length !== records.length) return `${there.length} rows instead of ${records.length}`
  let index = 0
  for (const row of rowsOf(range, records)) {
    const other = there[index++] ?? {}
    const same =
      other.kafka_partition === row.kafka_partition &&
      other.kafka_offset === row.kafka_offset &&
      other.kafka_timestamp === row.kafka_timestamp &&
      isDeepStrictEqual(eventOf(other), eventOf(row))
    if (!same) return `its row of offset ${row.kafka_offset} is different`
  }
  return undefined
}

/** The event as JSON, also where one release kept its bytes and another its columns; bytes that are no JSON as hex. */
function eventOf(row: Row): unknown {
  const event = restore(row)
  if (!Buffer.isBuffer(event)) return event
  try {
    return JSON.parse(event.toString('utf8'))
  } catch {
    return event.toString('hex')
  }
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
