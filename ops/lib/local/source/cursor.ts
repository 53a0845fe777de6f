import { z } from 'zod'

/** A topic's place in a `Last-Event-ID`: an offset, or a time in ms; a bare topic name means its end. */
export type Position = { topic: string; partition: number; offset?: number; timestamp?: number }

/** A request that EventStreams refuses, with its status code. */
export class RequestError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const place = z.looseObject({ topic: z.string(), partition: z.int() })
const entry = z.union([
  z.string().transform(topic => ({ topic, partition: 0, offset: -1 })),
  place
    .extend({ offset: z.int() })
    .transform(({ topic, partition, offset }) => ({ topic, partition, offset })),
  place
    .extend({ timestamp: z.int() })
    .transform(({ topic, partition, timestamp }) => ({ topic, partition, timestamp })),
])
const assignments = z.array(entry).min(1)

/**
 * The positions in a `Last-Event-ID` header, by KafkaSSE's rules: a JSON array of `{topic, partition, offset}` or
 * `{topic, partition, timestamp}`, the offset winning over the timestamp.
 * Throws a RequestError with status 400 for anything else.
 */
export function parseCursor(header: string): Position[] {
  let json: unknown
  try {
    json = JSON.parse(header)
  } catch (error) {
    throw new RequestError(400, `Last-Event-ID is not JSON: ${(error as Error).message}`)
  }
  const parsed = assignments.safeParse(typeof json === 'string' ? json.split(',') : json)
  if (parsed.success) return parsed.data
  throw new RequestError(
    400,
    `Last-Event-ID is ${header.slice(0, 200)}: must be an array of objects with topic, partition, and offset or timestamp.`,
  )
}

/**
 * The `since` parameter as ms since 1970: digits are ms, anything else a date.
 * Throws a RequestError with status 400 when it is neither.
 */
export function parseSince(since: string): number {
  const time = since.trim() !== '' && !Number.isNaN(Number(since)) ? Number(since) : Date.parse(since)
  if (!Number.isNaN(time)) return time
  throw new RequestError(
    400,
    `since is '${since.slice(0, 100)}': must be milliseconds since 1970, or a date such as 2026-08-04T15:00:00Z.`,
  )
}
