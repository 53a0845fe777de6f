import { type Query } from './cut.ts'
import { type FindingSink } from './findings.ts'
import { differingBuckets, type Fingerprints, readFingerprints } from './fingerprint.ts'
import { locate, type MinuteSpans } from './locate.ts'
import { type ReadLog } from './log-pass.ts'
import { bucketMs, type MetricTable, metricTables, shapeOf } from './metrics.ts'

/**
 * Compares every bucket of the metric tables with what the log says of it, and looks into the first few that differ.
 * @param options.fromMs event time from which the log holds every event, ms since 1970; Infinity for never
 * @param options.horizonMs of a table: older rows are gone or about to go
 * @returns how many buckets were compared
 */
export async function compareMetrics(options: {
  expected: Fingerprints
  spans: MinuteSpans
  fromMs: number
  horizonMs: (table: MetricTable) => number
  read: ReadLog
  query: Query
  sink: FindingSink
}): Promise<number> {
  const { expected, fromMs, horizonMs, query } = options
  if (!Number.isFinite(fromMs)) return 0
  const wrong = new Map<MetricTable, number[]>()
  let compared = 0
  for (const table of metricTables) {
    const unitMs = bucketMs(shapeOf(table))
    const from = Math.max(Math.ceil(fromMs / unitMs) * unitMs, horizonMs(table))
    const found = await readFingerprints(query, table, from)
    compared += found.size
    const differing = differingBuckets(expected.get(table) ?? new Map(), found, from)
    if (differing.length > 0) wrong.set(table, differing)
  }
  if (wrong.size > 0) await locate({ ...options, wrong })
  return compared
}
