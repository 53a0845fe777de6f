import { type Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../../test/engines/postgres.ts'
import { columnsOf, type TableName } from '../events/tables.ts'
import { testPool } from '../worker/fixtures.ts'
import { chooseWikis, type MinuteCounts, readExtent, readMinutes } from './read-counts.ts'

let postgres: TestPostgres
let writer: Pool
let reader: Pool

beforeAll(async () => {
  postgres = await startTestPostgres()
  const database = await postgres.database()
  writer = testPool(database.owner, 1)
  reader = testPool(database.reader, 1)
})
afterAll(async () => {
  await writer?.end()
  await reader?.end()
  await postgres?.stop()
})
beforeEach(() => writer.query('TRUNCATE activity_minute, flow_minute, wiki, retention_horizon'))

/** A row with these values, and 0 in every sum that isn't named. */
async function add(table: TableName, row: Record<string, string | number | null>): Promise<void> {
  const columns = columnsOf(table).map(({ name }) => name)
  const values = columns.map(name => (name in row ? row[name] : 0))
  await writer.query(
    `INSERT INTO ${table} (${columns.map(name => `"${name}"`).join(', ')})
     VALUES (${columns.map((_, i) => `$${i + 1}`).join(', ')})`,
    values,
  )
}
const at = (minute: number) => new Date(Date.UTC(2026, 10, 20, 8, minute)).toISOString()
const count = (minute: number, wiki: string, editor: string, events: number) =>
  add('activity_minute', { minute: at(minute), wiki, type: 'edit', editor, events })
const flow = (minute: number, partition: number, processed: number, late = 0) =>
  add('flow_minute', { minute: at(minute), partition, processed, late })

test('nothing counted yet has no whole minute', async () => {
  expect(await readExtent(reader)).toBeUndefined()
  await count(0, 'enwiki', 'bot', 1)
  await flow(0, 0, 1)
  expect(await readExtent(reader)).toBeUndefined()
})

test('the first minute, the newest ones, and those a partition that is behind has not reached are left out', async () => {
  await count(0, 'enwiki', 'bot', 1)
  await flow(40, 0, 1)
  await flow(37, 1, 1)
  await flow(3, 2, 1)
  expect(await readExtent(reader)).toEqual({ fromMs: Date.parse(at(1)), toMs: Date.parse(at(32)) })
})

test('what retention is about to take is left out', async () => {
  await count(0, 'enwiki', 'bot', 1)
  await flow(50, 0, 1)
  await writer.query(`INSERT INTO retention_horizon VALUES ('activity_minute', $1)`, ['2026-11-20T08:20:30Z'])
  expect((await readExtent(reader))?.fromMs).toBe(Date.parse(at(22)))
})

test('minutes tell wikis that are named or busy apart, and add up to what was processed', async () => {
  for (const [wiki, server] of [
    ['enwiki', 'en.wikipedia.org'],
    ['dewiki', 'de.wikipedia.org'],
    ['frwiki', 'fr.wikipedia.org'],
  ]) {
    await writer.query(`INSERT INTO wiki VALUES ($1, $2, 'wikipedia', NULL)`, [wiki, server])
  }
  await count(1, 'enwiki', 'bot', 5)
  await count(1, 'enwiki', 'ipv4', 2)
  await count(1, 'enwiki', 'registered', 1)
  await count(1, 'dewiki', 'registered', 3)
  await count(1, 'frwiki', 'registered', 4)
  await count(62, 'frwiki', 'registered', 4)
  await flow(1, 0, 10, 1)
  await flow(1, 1, 5, 1)
  const span = { fromMs: Date.parse(at(0)), toMs: Date.parse(at(62)) }
  const wikis = await chooseWikis(reader, span, ['de.wikipedia.org', "x'; DROP TABLE wiki"], 1)
  expect(wikis.map(({ wiki }) => wiki)).toEqual(['dewiki', 'enwiki'])
  const read: MinuteCounts[] = []
  const names = wikis.map(({ wiki }) => wiki)
  for await (const minute of readMinutes(reader, span, names)) read.push(minute)
  expect(read).toEqual([
    {
      minute: at(1),
      processed: 15,
      late: 2,
      cells: [
        ['*', 'edit', false, 4],
        ['dewiki', 'edit', false, 3],
        ['enwiki', 'edit', false, 3],
        ['enwiki', 'edit', true, 5],
      ],
    },
  ])
})
