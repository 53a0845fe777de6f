import { columnsOf, type TableName } from '../events/tables.ts'

/** The tables that hold sums by minute or hour of event time. */
export const metricTables = [
  'activity_minute',
  'namespace_minute',
  'log_minute',
  'page_hour',
  'user_hour',
  'flow_minute',
] as const satisfies readonly TableName[]
export type MetricTable = (typeof metricTables)[number]

/** What of a metric table the log alone decides: its bucket of time, the rest of its key, and its sums. */
export type MetricShape = { table: MetricTable; bucket: 'minute' | 'hour'; keys: string[]; sums: string[] }

/**
 * The shape of a metric table. Left out are delays, which depend on when an event was counted, and sets of editors,
 * which are cut off at a size.
 */
export function shapeOf(table: MetricTable): MetricShape {
  const columns = columnsOf(table)
  const bucket = table.endsWith('_hour') ? 'hour' : 'minute'
  return {
    table,
    bucket,
    keys: columns.filter(({ name, role }) => role === 'key' && name !== bucket).map(({ name }) => name),
    sums: columns
      .filter(({ name, role }) => role === 'sum' && !name.startsWith('delay_'))
      .map(({ name }) => name),
  }
}

/** Length of a bucket in ms. */
export function bucketMs({ bucket }: MetricShape): number {
  return bucket === 'hour' ? 3_600_000 : 60_000
}
