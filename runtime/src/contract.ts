/**
 * What the pipeline's parts, and the tools around them, must agree on: names of topic, groups, headers,
 * roles and lake objects. Nothing here depends on a library or on configuration.
 */

/** The log of all that arrived. Twelve partitions let three workers grow to twelve without a new topic. */
export const topic = { name: 'wiki.recentchange', partitions: 12 } as const

/** Consumer groups. `read` is the prefix of the short-lived groups that only read the log. */
export const groups = { worker: 'wikiflow-worker', lake: 'wikiflow-lake', read: 'wikiflow-read' } as const

/** Kafka record headers, all of them UTF-8 text. */
export const headers = {
  /** The source's cursor after this event: the SSE `id` line, a JSON array. */
  sseId: 'sse-id',
  /** Where the event came from, one of `sources`; absent means `live`. */
  source: 'source',
  /** Size in bytes of an event over the limit; its record holds only the head. */
  oversized: 'oversized-bytes',
} as const

/** Where events come from. A simulated or replayed event says so in a header, never in its own bytes. */
export const sources = ['live', 'simulate', 'replay'] as const
export type Source = (typeof sources)[number]

/** HTTP response header by which a local source says which of `sources` it is. */
export const sourceHttpHeader = 'x-wikiflow-source'

/** Redpanda's and Kafka's default largest batch is 1 MiB; a larger event goes to the dead letters with its head. */
export const maxEventBytes = 1_048_576 - 64 * 1024

/** How much of an oversized event, or of any dead letter, is kept, in bytes. */
export const deadLetterHeadBytes = 64 * 1024

/** PostgreSQL roles: migrations run as the owner, workers write, the dashboard reads. */
export const roles = { writer: 'wikiflow_writer', reader: 'wikiflow_reader' } as const

/** The ledger counts events and dead letters by blocks of this many offsets, so that a loss can be located. */
export const ledgerBlock = 10_000

/** One object of the lake: an inclusive offset range of one partition, all appended in one UTC hour. */
export type LakeRange = { partition: number; first: bigint; last: bigint; appendedAtMs: number }

/** `raw/dt=2026-08-04/hour=15/wiki.recentchange-3-0-118.parquet`; the time is the first record's append time. */
export function lakeKey(range: LakeRange): string {
  const at = new Date(range.appendedAtMs).toISOString()
  const file = `${topic.name}-${range.partition}-${range.first}-${range.last}.parquet`
  return `raw/dt=${at.slice(0, 10)}/hour=${at.slice(11, 13)}/${file}`
}

const lakeKeyPattern =
  /^raw\/dt=(\d{4}-\d{2}-\d{2})\/hour=(\d{2})\/wiki\.recentchange-(\d+)-(\d+)-(\d+)\.parquet$/

/** The reverse of `lakeKey`, to the hour; undefined for a name that isn't one of ours. */
export function parseLakeKey(
  key: string,
): { dt: string; hour: number; partition: number; first: bigint; last: bigint } | undefined {
  const [, dt, hour, partition, first, last] = lakeKeyPattern.exec(key) ?? []
  if (!dt || !hour || !partition || !first || !last) return undefined
  return { dt, hour: Number(hour), partition: Number(partition), first: BigInt(first), last: BigInt(last) }
}
