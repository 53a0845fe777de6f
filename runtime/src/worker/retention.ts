import { type TableName } from '../events/tables.ts'
import { type Config } from '../platform/config.ts'

/** Settings of how long rows are kept. */
export const retentionSettings = [
  'RETENTION_FEED_HOURS',
  'RETENTION_MINUTES_DAYS',
  'RETENTION_HOURS_DAYS',
  'RETENTION_DEAD_LETTER_DAYS',
] as const
export type RetentionConfig = Config<(typeof retentionSettings)[number]>

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** How a table is kept: rows whose time is before the horizon go, or lose what is large in them. */
export type Rule = { table: TableName; time: string; keepMs: number; sweep: 'delete' | 'retire' | 'shrink' }

/** The rules of all tables with a time; the ledger, the offsets and the wikis stay for ever. */
export function retentionRules(config: RetentionConfig): Rule[] {
  const minutes = { time: 'minute', keepMs: config.RETENTION_MINUTES_DAYS * dayMs }
  const hours = { time: 'hour', keepMs: config.RETENTION_HOURS_DAYS * dayMs, sweep: 'delete' } as const
  return [
    { table: 'recent_change', time: 'dt', keepMs: config.RETENTION_FEED_HOURS * hourMs, sweep: 'delete' },
    { table: 'activity_minute', ...minutes, sweep: 'delete' },
    { table: 'namespace_minute', ...minutes, sweep: 'delete' },
    { table: 'log_minute', ...minutes, sweep: 'delete' },
    { table: 'flow_minute', ...minutes, sweep: 'retire' },
    { table: 'page_hour', ...hours },
    { table: 'user_hour', ...hours },
    {
      table: 'dead_letter',
      time: 'appended_at',
      keepMs: config.RETENTION_DEAD_LETTER_DAYS * dayMs,
      sweep: 'shrink',
    },
  ]
}

/** Rows of one statement: a few ms each, so that nobody waits long for a lock or a connection. */
const rowsAtOnce = 2_000

/**
 * The statement that takes one portion of what is before the horizon, `$1`. Rows that a worker is just adding to
 * are left for the next time instead of waited for, so that a sweep never stands in anyone's way.
 */
export function sweepStatement({ table, time, sweep }: Rule): string {
  const more = sweep === 'shrink' ? ' AND value_head IS NOT NULL' : ''
  const portion = `SELECT ctid FROM ${table} WHERE ${time} < $1${more} LIMIT ${rowsAtOnce} FOR UPDATE SKIP LOCKED`
  const chosen = `ctid = ANY (ARRAY(${portion}))`
  if (sweep === 'shrink') return `UPDATE ${table} SET value_head = NULL WHERE ${chosen}`
  if (sweep === 'delete') return `DELETE FROM ${table} WHERE ${chosen}`
  return `WITH gone AS (DELETE FROM ${table} WHERE ${chosen} RETURNING partition, processed, dead),
retired AS (INSERT INTO flow_retired AS r (partition, processed, dead)
SELECT partition, sum(processed), sum(dead) FROM gone GROUP BY partition ORDER BY partition
ON CONFLICT (partition) DO UPDATE SET processed = r.processed + excluded.processed, dead = r.dead + excluded.dead)
SELECT FROM gone`
}
