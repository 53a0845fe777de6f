import { headers, type Source, sources } from '../contract.ts'
import { type LogRecord } from '../events/record.ts'
import { type KafkaMessage } from '../platform/kafka.ts'

/** Kafka's time stamp is any 64-bit number; what lies outside 1970 to 9000 isn't a time, and is brought to the nearer end. */
const latestMs = Date.UTC(9000, 0, 1)

/** Reads what the worker needs of a fetched message. A header that isn't one of ours counts as absent. */
export function toRecord(
  message: Pick<KafkaMessage, 'offset' | 'timestamp' | 'value' | 'headers'>,
): LogRecord {
  const source = header(message, headers.source)
  const oversized = header(message, headers.oversized)
  const appendedAtMs = Number(message.timestamp)
  return {
    offset: BigInt(message.offset),
    appendedAtMs: Number.isFinite(appendedAtMs) ? Math.min(Math.max(appendedAtMs, 0), latestMs) : 0,
    value: message.value ?? undefined,
    source: isSource(source) ? source : 'live',
    oversizedBytes: oversized !== undefined && /^\d{1,15}$/.test(oversized) ? Number(oversized) : undefined,
  }
}

function header(message: Pick<KafkaMessage, 'headers'>, name: string): string | undefined {
  const value = message.headers?.[name]
  const first = Array.isArray(value) ? value[0] : value
  return first?.toString('utf8')
}

function isSource(name: string | undefined): name is Source {
  return sources.some(source => source === name)
}
