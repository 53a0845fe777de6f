import { type Assumptions } from './assumptions.ts'

/** What a table of PostgreSQL holds once its retention has come round. */
export type TableSize = { table: string; rows: number; bytes: number }

/**
 * Bytes of a row with its indexes and the slack that `fillfactor` leaves: size of the table by its rows, measured
 * after 6,226 and 30,867 events of the simulated stream.
 */
const rowBytes = {
  activity_minute: 410,
  namespace_minute: 240,
  log_minute: 400,
  page_hour: 340,
  user_hour: 235,
  recent_change: 390,
  // Computed from its columns: it was too small to be measured.
  flow_minute: 280,
  lake_range: 400,
} as const

/**
 * Rows a minute of the tables by minute grow slower than the events, for the combinations repeat: factor and exponent
 * through the two measured points (384 and 1,311 rows of activity at 35 and 257 events/s).
 */
const minuteRows = {
  activity_minute: { factor: 44, exponent: 0.61 },
  namespace_minute: { factor: 46, exponent: 0.54 },
  log_minute: { factor: 5.3, exponent: 0.7 },
} as const

/** Rows an event of the tables by hour: measured over three minutes, so that an hour has fewer. */
const rowsPerEvent = { page_hour: 0.45, user_hour: 0.27 } as const

/** RDS keeps this much of write-ahead log beside the tables, in bytes: its default `max_wal_size`. */
const walBytes = 2 * 2 ** 30

/** How large each table grows, at so many events a second and with what is kept. */
export function tableSizes(
  { eventsPerSecond, retention, lakeAgeDays }: Assumptions,
  lakeFilesAMonth: number,
  partitions: number,
): TableSize[] {
  const minutes = retention.minutesDays * 24 * 60
  const byMinute = Object.entries(minuteRows).map(([table, { factor, exponent }]) => ({
    table,
    rows: minutes * Math.min(eventsPerSecond * 60, factor * eventsPerSecond ** exponent),
  }))
  const byHour = Object.entries(rowsPerEvent).map(([table, rows]) => ({
    table,
    rows: rows * eventsPerSecond * retention.hoursDays * 86_400,
  }))
  return [
    ...byMinute,
    ...byHour,
    { table: 'recent_change', rows: eventsPerSecond * retention.feedHours * 3_600 },
    { table: 'flow_minute', rows: minutes * partitions },
    { table: 'lake_range', rows: (lakeFilesAMonth * lakeAgeDays * 24) / 730 },
  ].map(({ table, rows }) => ({ table, rows, bytes: rows * rowBytes[table as keyof typeof rowBytes] }))
}

/** GB of storage that a database needs for its tables and its write-ahead log. */
export function storageNeededGb(tables: readonly TableSize[]): number {
  return (tables.reduce((sum, { bytes }) => sum + bytes, 0) + walBytes) / 2 ** 30
}
