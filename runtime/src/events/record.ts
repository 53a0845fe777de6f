import { headers, type Source, sources } from '../contract.ts'

/** A record of the log, free of the client library that fetched it. */
export type LogRecord = {
  offset: bigint
  /** When it came into the log, ms since 1970. */
  appendedAtMs: number
  value: Uint8Array | undefined
  source: Source
  /** Whole size in bytes of an event that was too large to be stored whole. */
  oversizedBytes: number | undefined
}

/** A message as a client library gives it, as far as we look at it. */
export type FetchedMessage = {
  offset: string
  /** Milliseconds since 1970, in digits. */
  timestamp: string
  value: Uint8Array | null
  headers?: Record<string, HeaderValue | HeaderValue[] | undefined>
}
type HeaderValue = string | { toString(encoding: 'utf8'): string }

/** Kafka's time stamp is any 64-bit number; what lies outside 1970 to 9000 isn't a time, and is brought to the nearer end. */
const latestMs = Date.UTC(9000, 0, 1)

/** Reads a fetched message as the workers and the lake judge it. A header that isn't one of ours counts as absent. */
export function toRecord(message: FetchedMessage): LogRecord {
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

function header(message: Pick<FetchedMessage, 'headers'>, name: string): string | undefined {
  const value = message.headers?.[name]
  const first = Array.isArray(value) ? value[0] : value
  return first?.toString('utf8')
}

function isSource(name: string | undefined): name is Source {
  return sources.some(source => source === name)
}
