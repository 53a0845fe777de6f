import { type Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../../test/engines/postgres.ts'
import { type Counted } from '../events/aggregate.ts'
import { decode } from '../events/decode.ts'
import { editJson, recordOf } from '../events/fixtures.ts'
import { tableNames } from '../events/tables.ts'
import { claimPartitions } from './claim.ts'
import { endless, logName, silent, testPool } from './fixtures.ts'
import { retentionRules } from './retention.ts'
import { store } from './store.ts'
import { keepSwept, sweepOnce } from './sweep.ts'

const dayMs = 24 * 3_600_000
const nowMs = Date.parse('2026-08-20T00:00:00Z')
const rules = retentionRules({
  RETENTION_FEED_HOURS: 6,
  RETENTION_MINUTES_DAYS: 14,
  RETENTION_HOURS_DAYS: 3,
  RETENTION_DEAD_LETTER_DAYS: 14,
})
const never = new AbortController().signal

// A busy machine takes ten times as long.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

let server: TestPostgres
let owner: Pool
let pool: Pool
beforeAll(async () => {
  server = await startTestPostgres()
  const database = await server.database()
  owner = testPool(database.owner)
  pool = testPool(database.writer, 6)
})
afterAll(async () => {
  await Promise.all([owner.end(), pool.end()])
  await server.stop()
})
beforeEach(async () => {
  await owner.query(`TRUNCATE consumer_offset, flow_retired, retention_horizon, ${tableNames.join(', ')}`)
  const empty = new Map([[0, { start: 0n, end: 1_000n }]])
  await claimPartitions(pool, logName, [0], async () => empty)
})

const options = () => ({ pool, key: { ...logName, partition: 0 }, patience: endless, now: () => nowMs })

/** An event, or poison, that happened and was appended so many days before now. */
function daysAgo(offset: bigint, days: number, fields: Record<string, unknown> = {}): Counted[] {
  const atMs = nowMs - days * dayMs
  const event = editJson({ ...fields, meta: { dt: new Date(atMs).toISOString() } })
  const record = recordOf(event, { offset, appendedAtMs: atMs })
  return [{ record, decoded: decode(record) }]
}

async function count(table: string): Promise<number> {
  return Number((await owner.query(`SELECT count(*) FROM ${table}`)).rows[0].count)
}

/** The audit's sum: what the flow says now and said before, which must be what the ledger says. */
async function flowAndLedger() {
  const { rows } = await owner.query(`SELECT
    (SELECT sum(events) || '+' || sum(dead) FROM count_ledger) AS ledger,
    (SELECT sum(processed) || '+' || sum(dead) FROM
      (SELECT processed, dead FROM flow_minute UNION ALL SELECT processed, dead FROM flow_retired) AS f) AS flow`)
  return rows[0]
}

test('what is past its time goes, table by table, and the sums still agree', async () => {
  await store(options(), 0n, [
    ...daysAgo(0n, 0.1),
    ...daysAgo(1n, 2),
    ...daysAgo(2n, 13),
    ...daysAgo(3n, 15),
    ...daysAgo(4n, 5_000),
    ...daysAgo(5n, 15, { type: 'flow' }),
    ...daysAgo(6n, 1, { type: 'flow' }),
  ])
  await sweepOnce(pool, rules, nowMs, never)
  const left = Object.fromEntries(
    await Promise.all(tableNames.map(async table => [table, await count(table)] as const)),
  )
  expect(left).toEqual({
    ...{
      recent_change: 1,
      page_hour: 2,
      user_hour: 2,
      activity_minute: 3,
      namespace_minute: 3,
      log_minute: 0,
    },
    ...{ flow_minute: 4, count_ledger: 1, dead_letter: 2, wiki: 1 },
  })
  expect(await flowAndLedger()).toEqual({ ledger: '5+2', flow: '5+2' })
  const { rows } = await owner.query(
    'SELECT "offset", value_head IS NULL AS gone, value_bytes FROM dead_letter',
  )
  expect(rows.map(row => [row.offset, row.gone])).toEqual(
    expect.arrayContaining([
      ['5', true],
      ['6', false],
    ]),
  )
  expect(Number(rows[0].value_bytes)).toBeGreaterThan(100)
})

test('a late event from before the horizon is counted, and taken by the next sweep', async () => {
  await sweepOnce(pool, rules, nowMs, never)
  await store(options(), 0n, daysAgo(0n, 100))
  expect(await count('flow_minute')).toBe(1)
  await sweepOnce(pool, rules, nowMs, never)
  expect(await count('flow_minute')).toBe(0)
  expect(await flowAndLedger()).toEqual({ ledger: '1+0', flow: '1+0' })
})

test('the horizon is written down, and never moves back', async () => {
  const horizons = async () =>
    (await owner.query('SELECT table_name, horizon FROM retention_horizon ORDER BY 1')).rows
  await sweepOnce(pool, rules, nowMs, never)
  const before = await horizons()
  expect(before).toContainEqual({ table_name: 'flow_minute', horizon: new Date(nowMs - 14 * dayMs) })
  expect(before).toHaveLength(rules.length)
  await sweepOnce(pool, rules, nowMs - dayMs, never)
  expect(await horizons()).toEqual(before)
})

test('rows that a worker is adding to are neither waited for nor lost', async () => {
  await store(options(), 0n, daysAgo(0n, 20))
  const writer = await owner.connect()
  await writer.query('BEGIN; UPDATE flow_minute SET processed = processed + 0')
  await sweepOnce(pool, rules, nowMs, never)
  expect(await count('flow_minute')).toBe(1)
  await writer.query('COMMIT')
  writer.release()
  await sweepOnce(pool, rules, nowMs, never)
  expect(await count('flow_minute')).toBe(0)
  expect(await flowAndLedger()).toEqual({ ledger: '1+0', flow: '1+0' })
})

test('sweeping while workers add to the same minutes loses nothing of the sums', async () => {
  let next = 0n
  const sweeping = (async () => {
    while (next < 400n) await sweepOnce(pool, rules, nowMs, never)
  })()
  while (next < 400n) {
    const first = next
    const batch = Array.from({ length: 20 }, (_, i) => daysAgo(first + BigInt(i), 20 + (i % 3)))
    next = (await store(options(), first, batch.flat())).next
  }
  await sweeping
  await sweepOnce(pool, rules, nowMs, never)
  expect(await flowAndLedger()).toEqual({ ledger: '400+0', flow: '400+0' })
  expect(await count('flow_minute')).toBe(0)
})

test('one process sweeps; when it dies another takes over', async () => {
  const stop = new AbortController()
  const sweepers = ['first', 'second'].map(() =>
    keepSwept({ pool, rules, log: silent, signal: stop.signal, everyMs: 20 }),
  )
  const holders = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted`
  const holder = () =>
    vi.waitFor(async () => {
      const { rows } = await owner.query(holders)
      expect(rows).toHaveLength(1)
      return rows[0].pid
    })
  const first = await holder()
  await owner.query('SELECT pg_terminate_backend($1)', [first])
  await vi.waitFor(async () => expect(await holder()).not.toBe(first))
  await owner.query(
    `INSERT INTO activity_minute VALUES ('2001-01-15', 'enwiki', 'edit', 'bot', 1,0,0,0,0,0,0,0,0,0,0,0)`,
  )
  await vi.waitFor(async () => expect(await count('activity_minute')).toBe(0))
  stop.abort()
  await Promise.all(sweepers)
  await vi.waitFor(async () => expect((await owner.query(holders)).rows).toEqual([]))
})
