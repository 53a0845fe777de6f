import { Client, type Pool } from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { connectionOptions, createPool } from '../../runtime/src/platform/postgres.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/engines/postgres.ts'
import {
  addActivity,
  addChange,
  addDeadLetter,
  addFlow,
  addPage,
  addPosition,
  addRange,
  addSealed,
  addWiki,
  minutesAgo,
} from '../test/seed.ts'
import { createReader } from './reading.ts'
import { type Snapshot, snapshotSchema } from './schema.ts'
import { buildSnapshot } from './snapshot.ts'

let postgres: TestPostgres
let database: TestDatabase
let owner: Client
let pool: Pool
beforeAll(async () => {
  postgres = await startTestPostgres()
  database = await postgres.database()
  owner = new Client(connectionOptions(database.owner))
  await owner.connect()
})
beforeEach(() => {
  const log = pino({ level: 'silent' })
  pool = createPool(database.reader, { name: 'test', max: 2, statementTimeoutMs: 5_000, log })
})
afterEach(async () => {
  await pool.end()
  await owner.query(`
    TRUNCATE consumer_offset, count_ledger, dead_letter, wiki, activity_minute, page_hour, recent_change,
             flow_minute, lake_offset, lake_range`)
})
afterAll(async () => {
  await owner?.end()
  await postgres?.stop()
})

async function snapshot(): Promise<Snapshot> {
  const built = buildSnapshot(await createReader(pool)(), { perSecond: null, overS: 0 }, null)
  return snapshotSchema.strict().parse(JSON.parse(JSON.stringify(built)))
}

test('an empty database gives a page that says so, with thirty empty minutes', async () => {
  const empty = await snapshot()
  expect(empty).toMatchObject({
    state: 'empty',
    source: { kind: 'none' },
    counted: { total: 0, lastAt: null, newestEventAt: null },
    totals: { events: 0 },
    flow: { delay: { p50: null, p95: null } },
    lake: { last: null, unwritten: { ranges: 0 } },
  })
  expect(empty.minutes).toHaveLength(30)
  expect(empty.minutes.at(-1)).toMatchObject({ complete: false, registered: 0 })
})

test('the same events add up the same by minute, by editor, by type and by wiki', async () => {
  await addPosition(owner, { next_offset: 100 })
  const rows = [
    { minute: minutesAgo(2), wiki: 'enwiki', editor: 'bot', events: 7, bytes_added: 70 },
    { minute: minutesAgo(2), wiki: 'enwiki', editor: 'ipv4', events: 5, bytes_removed: -50 },
    { minute: minutesAgo(1), wiki: 'dewiki', editor: 'temporary', type: 'new', events: 3, reverts: 1 },
    { minute: minutesAgo(1), wiki: 'dewiki', editor: 'ipv6', type: 'log', events: 2 },
    { minute: minutesAgo(0), wiki: 'cewiki', editor: 'hidden', events: 1 },
    { minute: minutesAgo(0), wiki: 'cewiki', editor: 'a kind of the next release', events: 1 },
    { minute: minutesAgo(31), wiki: 'frwiki', events: 1_000_000 },
  ]
  for (const row of rows) await addActivity(owner, row)
  await addWiki(owner, {})
  const { totals, editors, types, wikis, minutes, wikiCount } = await snapshot()
  expect(totals).toEqual({ events: 19, bytesAdded: 70, bytesRemoved: -50, reverts: 1 })
  expect(editors).toEqual({ registered: 0, bot: 7, anonymous: 10, hidden: 2 })
  expect(types).toEqual([
    { type: 'edit', events: 14 },
    { type: 'new', events: 3 },
    { type: 'log', events: 2 },
  ])
  expect(wikis.map(({ wiki, events, language }) => [wiki, events, language])).toEqual([
    ['enwiki', 12, 'en'],
    ['dewiki', 5, null],
    ['cewiki', 2, null],
  ])
  expect(wikiCount).toBe(3)
  const byMinute = minutes.map(
    ({ registered, anonymous, bot, hidden }) => registered + anonymous + bot + hidden,
  )
  expect(byMinute.reduce((sum, events) => sum + events, 0)).toBe(19)
})

test('hostile titles and names come through letter for letter', async () => {
  const title = `<img src=x onerror=alert(1)>\u202Egnp.exe"'&\u0000`.replace('\u0000', '\uFFFD')
  await addPosition(owner, { next_offset: 1 })
  await addChange(owner, { title, user_name: '</script>', comment: '🦊'.repeat(500), bytes: -7 })
  await addChange(owner, { offset: 1, user_name: null, editor: 'hidden', bytes: null, dt: minutesAgo(1) })
  await addPage(owner, { hour: hourOfNewest(), title, edits: 4, editors: ['-9223372036854775808', '1', '2'] })
  const { changes, pages } = await snapshot()
  expect(changes[0]).toMatchObject({ title, user: '</script>', comment: '🦊'.repeat(200), bytes: -7 })
  expect(changes[1]).toMatchObject({ user: null, bytes: null })
  expect(pages.rows).toEqual([expect.objectContaining({ title, edits: 4, editors: 3 })])
})

test('the feed is the thirty newest changes, newest first, none from the future', async () => {
  await addPosition(owner, { next_offset: 41 })
  for (let offset = 0; offset < 40; offset++) {
    await addChange(owner, { offset, dt: new Date(Date.now() - (40 - offset) * 1_000) })
  }
  await addChange(owner, { offset: 40, dt: new Date(Date.now() + 3_600_000) })
  const { changes } = await snapshot()
  expect(changes.map(change => change.offset)).toEqual(Array.from({ length: 30 }, (_, index) => 39 - index))
})

test('simulated events are said to be, dead letters among them', async () => {
  await addPosition(owner, { next_offset: 12 })
  await addFlow(owner, { processed: 10, simulated: 12, dead: 2 })
  expect((await snapshot()).source).toEqual({ kind: 'simulated', events: 12, simulated: 12, replayed: 0 })
  await addFlow(owner, { partition: 1, processed: 5 })
  expect((await snapshot()).source.kind).toBe('mixed')
})

test('once the simulated minutes are out of the window, live ones are live', async () => {
  await addPosition(owner, { next_offset: 12 })
  await addChange(owner, { offset: 11 })
  await addFlow(owner, { minute: minutesAgo(40), processed: 10, simulated: 10 })
  await addFlow(owner, { minute: minutesAgo(1), processed: 5 })
  const { source, state } = await snapshot()
  expect([source.kind, state]).toEqual(['live', 'current'])
})

test('a pipeline that stood still for over a minute is stale, since its last count', async () => {
  const countedAt = new Date(Date.now() - 61_000)
  await addPosition(owner, { next_offset: 12, updated_at: countedAt })
  const { state, counted } = await snapshot()
  expect([state, counted.lastAt]).toEqual(['stale', countedAt.toISOString()])
})

test('workers that count live events of ten minutes ago are catching up', async () => {
  await addPosition(owner, { next_offset: 12 })
  await addChange(owner, { offset: 11, dt: minutesAgo(10) })
  await addFlow(owner, { minute: minutesAgo(10), processed: 12 })
  expect((await snapshot()).state).toBe('behind')
})

test('a replay of years ago is shown in its own minutes, though yesterday was live', async () => {
  const then = new Date('2019-03-04T05:06:07Z')
  await addPosition(owner, { partition: 1, next_offset: 2, updated_at: minutesAgo(1_440) })
  await addChange(owner, { partition: 1, offset: 1, dt: minutesAgo(1_440) })
  await addFlow(owner, { partition: 1, minute: minutesAgo(1_440), processed: 2 })
  await addPosition(owner, { partition: 0, next_offset: 1 })
  await addChange(owner, { offset: 0, dt: then, title: 'Replayed' })
  await addFlow(owner, { minute: new Date('2019-03-04T05:06:00Z'), processed: 1, replayed: 1, delay_over: 1 })
  await addActivity(owner, { minute: new Date('2019-03-04T05:06:00Z'), events: 1 })
  await addPage(owner, { hour: new Date('2019-03-04T05:00:00Z'), title: 'Replayed' })
  const replay = await snapshot()
  expect(replay).toMatchObject({
    state: 'current',
    source: { kind: 'replayed' },
    window: { basis: 'newest data', from: '2019-03-04T04:37:00.000Z', to: '2019-03-04T05:07:00.000Z' },
    totals: { events: 1 },
    flow: { delay: { p50: { overS: 300, atMostS: null } } },
    pages: { hour: '2019-03-04T05:00:00.000Z', rows: [{ title: 'Replayed' }] },
    changes: [{ title: 'Replayed' }],
  })
  expect(replay.minutes.at(-1)).toMatchObject({ complete: true, registered: 1 })
})

test('old minutes are found by their counts, when retention took the feed', async () => {
  await addPosition(owner, { next_offset: 2, updated_at: minutesAgo(600) })
  await addFlow(owner, { minute: minutesAgo(600), processed: 2 })
  await addFlow(owner, { minute: minutesAgo(-600), processed: 1 })
  const { window } = await snapshot()
  expect(window).toMatchObject({ basis: 'newest data', to: minutesAgo(599).toISOString() })
})

test('a cluster that was replaced is not counted with the one that runs', async () => {
  await addPosition(owner, { cluster_id: 'cluster-old', next_offset: 1_000, updated_at: minutesAgo(90) })
  await addPosition(owner, { cluster_id: 'cluster-a', first_offset: 5, next_offset: 12 })
  const { clusterId, counted, partitions } = await snapshot()
  expect([clusterId, counted.total, partitions.length]).toEqual(['cluster-a', 7, 1])
})

test('the delay is told by the bounds that the histogram has', async () => {
  await addPosition(owner, { next_offset: 100 })
  await addFlow(owner, { processed: 100, late: 3, repaired: 2, delay_1s: 50, delay_2s: 44, delay_30s: 6 })
  const { flow } = await snapshot()
  expect(flow).toMatchObject({
    minutes: 1,
    processed: 100,
    late: 3,
    repaired: 2,
    delay: { count: 100, p50: { overS: 0, atMostS: 1 }, p95: { overS: 10, atMostS: 30 } },
  })
})

test('dead letters are counted by reason, the newest shown without their bytes', async () => {
  await addPosition(owner, { next_offset: 10 })
  await addDeadLetter(owner, { offset: 1, value_head: Buffer.from('secret-looking bytes') })
  await addDeadLetter(owner, { offset: 2, appended_at: minutesAgo(45) })
  await addDeadLetter(owner, { offset: 3, reason: 'unknown_type', detail: '<b>'.repeat(200) })
  await addDeadLetter(owner, { offset: 4, appended_at: minutesAgo(25 * 60) })
  await owner.query('INSERT INTO count_ledger VALUES (0, 0, 6, 4)')
  const { deadLetters, counted } = await snapshot()
  expect(counted.dead).toBe(4)
  expect(deadLetters).toMatchObject({ inWindow: 2, cappedAt: null })
  expect(deadLetters.reasons.map(({ reason, count }) => [reason, count])).toEqual([
    ['not_json', 2],
    ['unknown_type', 1],
  ])
  expect(deadLetters.latest.map(({ offset }) => offset).sort()).toEqual([1, 2, 3, 4])
  expect(JSON.stringify(deadLetters)).not.toContain('secret-looking')
  expect(Math.max(...deadLetters.latest.map(({ detail }) => detail.length))).toBe(200)
})

test("the lake's last file is the one written last, and what is sealed but unwritten is told", async () => {
  await addPosition(owner, { next_offset: 25 })
  await addPosition(owner, { partition: 1, next_offset: 5 })
  await addSealed(owner, { next_offset: 20 })
  await addSealed(owner, { partition: 1, next_offset: 5 })
  await addRange(owner, { object_key: 'raw/a', written_at: minutesAgo(9), bytes: 100 })
  await addRange(owner, { first_offset: 10, last_offset: 19, object_key: 'raw/b', sealed_at: minutesAgo(3) })
  await addRange(owner, { partition: 1, object_key: 'raw/c', written_at: minutesAgo(5), rows: 5 })
  const { lake, partitions } = await snapshot()
  expect(lake.last).toMatchObject({ key: 'raw/c', rows: 5, bytes: null })
  expect(lake.unwritten).toEqual({ ranges: 1, rows: 10, oldestSealedAt: minutesAgo(3).toISOString() })
  expect(partitions.map(({ sealed }) => sealed)).toEqual([20, 5])
})

/** The hour that the page shows while the newest minute is the one in progress. */
function hourOfNewest(): Date {
  return new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000)
}
