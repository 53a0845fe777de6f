import { type Pool } from 'pg'
import { pino } from 'pino'
import { type Counted } from '../events/aggregate.ts'
import { decode } from '../events/decode.ts'
import { editJson, recordOf } from '../events/fixtures.ts'
import { createPool, type PostgresConfig } from '../platform/postgres.ts'
import { type Patience } from './patience.ts'

/** A log that says nothing. */
export const silent = pino({ level: 'silent' })

/** The log that tests count. */
export const logName = { clusterId: 'test-cluster', topic: 'wiki.recentchange' }

/** Waits as long as the test lasts. */
export const endless: Patience = { signal: new AbortController().signal, onWait: () => {} }

/** A pool as the worker has it, with time-outs that a test can wait for. */
export function testPool(config: PostgresConfig, max = 3): Pool {
  return createPool(config, {
    name: 'test',
    max,
    statementTimeoutMs: 5_000,
    lockTimeoutMs: 1_000,
    log: silent,
  })
}

/** Edits with offsets from `first` on, one a field set, decoded. */
export function edits(first: bigint, fields: readonly Record<string, unknown>[]): Counted[] {
  return fields.map((field, i) => {
    const record = recordOf(editJson(field), { offset: first + BigInt(i) })
    return { record, decoded: decode(record) }
  })
}

/** `count` equal edits with offsets from `first` on. */
export function sameEdits(first: bigint, count: number, fields: Record<string, unknown> = {}): Counted[] {
  return edits(
    first,
    Array.from({ length: count }, () => fields),
  )
}

/** What the database says is counted, by each table that says it. */
export async function sums(pool: Pool): Promise<Record<string, number>> {
  const { rows } = await pool.query<Record<string, string>>(`SELECT
    (SELECT coalesce(sum(next_offset - first_offset), 0) FROM consumer_offset) AS offsets,
    (SELECT coalesce(sum(events), 0) FROM activity_minute) AS activity,
    (SELECT coalesce(sum(events), 0) FROM namespace_minute) AS namespaces,
    (SELECT coalesce(sum(edits), 0) FROM page_hour) AS pages,
    (SELECT coalesce(sum(edits), 0) FROM user_hour) AS users,
    (SELECT count(*) FROM recent_change) AS feed,
    (SELECT coalesce(sum(processed), 0) FROM flow_minute) AS processed,
    (SELECT coalesce(sum(events), 0) FROM count_ledger) AS ledger_events,
    (SELECT coalesce(sum(dead), 0) FROM count_ledger) AS ledger_dead,
    (SELECT count(*) FROM dead_letter) AS dead_letters,
    (SELECT coalesce(sum(dead), 0) FROM flow_minute) AS dead`)
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, value]) => [name, Number(value)]))
}

/** The sums when all is right: every table says the same. */
export function allCounted(events: number, dead = 0): Record<string, number> {
  return {
    offsets: events + dead,
    ...{ activity: events, namespaces: events, pages: events, users: events, feed: events },
    ...{ processed: events, ledger_events: events, ledger_dead: dead, dead_letters: dead, dead },
  }
}
