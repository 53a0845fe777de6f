import { decode } from '../events/decode.ts'
import { type Row } from './columns.ts'
import { flatten } from './flatten.ts'
import { type LakeRecord } from './record.ts'

/**
 * The row of a record. What the workers make a dead letter of is kept as bytes, with their word for it in `error`;
 * every other event stands in its columns.
 */
export function toRow(partition: number, record: LakeRecord): Row {
  const origin: Row = {
    kafka_partition: partition,
    kafka_offset: Number(record.offset),
    kafka_timestamp: record.appendedAtMs,
    sse_id: record.sseId,
    source: record.source,
    oversized_bytes: record.oversizedBytes,
  }
  const decoded = decode(record)
  const event = decoded.ok && record.value ? flatten(record.value) : undefined
  if (event) return { ...origin, ...event }
  return { ...origin, raw: record.value, error: decoded.ok ? 'not_object' : decoded.dead.reason }
}
