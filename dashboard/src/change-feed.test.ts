import { Client, type Pool } from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { connectionOptions, createPool } from '../../runtime/src/platform/postgres.ts'
import { startTestPostgres, type TestPostgres } from '../../test/engines/postgres.ts'
import { addChange, addPosition } from '../test/seed.ts'
import { BusyError, type ChangeFeed, createChangeFeed } from './change-feed.ts'
import { createPoll, type Poll } from './poll.ts'
import { createReader } from './reading.ts'
import { type Snapshot } from './schema.ts'
import { buildSnapshot } from './snapshot.ts'

let postgres: TestPostgres
let pool: Pool
let searches = 0
beforeAll(async () => {
  postgres = await startTestPostgres()
  const database = await postgres.database()
  const owner = new Client(connectionOptions(database.owner))
  await owner.connect()
  await addPosition(owner, { next_offset: 4 })
  await addChange(owner, { offset: 0, wiki: 'enwiki', editor: 'bot', title: 'by a bot' })
  await addChange(owner, { offset: 1, wiki: 'enwiki', title: 'by hand' })
  await addChange(owner, { offset: 2, wiki: 'dewiki', title: 'elsewhere' })
  await addChange(owner, {
    offset: 3,
    wiki: 'enwiki',
    title: 'long ago',
    dt: new Date(Date.now() - 3_600_000),
  })
  await owner.end()
  const log = pino({ level: 'silent' })
  pool = createPool(database.reader, { name: 'test', max: 2, statementTimeoutMs: 5_000, log })
  pool.on('acquire', () => searches++)
})
afterAll(async () => {
  await pool?.end()
  await postgres?.stop()
})

let poll: Poll<Snapshot>
let feed: ChangeFeed
beforeEach(async () => {
  const read = createReader(pool)
  const rate = { perSecond: null, overS: 0 }
  poll = createPoll(async () => buildSnapshot(await read(), rate, null), 60_000)
  feed = createChangeFeed(pool, poll)
  await poll.current()
  searches = 0
})

const titles = async (wiki: string | null, hideBots: boolean) =>
  (await feed({ wiki, hideBots })).map(change => change.title).sort()

test("a filter shows one wiki's changes in the window, with bots or without", async () => {
  expect(await titles('enwiki', false)).toEqual(['by a bot', 'by hand'])
  expect(await titles('enwiki', true)).toEqual(['by hand'])
  expect(await titles(null, true)).toEqual(['by hand', 'elsewhere'])
  expect(await titles("en' OR '1'='1", false)).toEqual([])
})

test('viewers with the same filter share one search', async () => {
  await Promise.all(Array.from({ length: 50 }, () => feed({ wiki: 'enwiki', hideBots: true })))
  expect(searches).toBe(1)
})

test('somebody who asks for many filters is told to wait, while known ones are still answered', async () => {
  for (let wiki = 0; wiki < 8; wiki++) await feed({ wiki: `wiki${wiki}`, hideBots: false })
  await expect(feed({ wiki: 'one more', hideBots: false })).rejects.toThrow(BusyError)
  expect(await feed({ wiki: 'wiki0', hideBots: false })).toEqual([])
  expect(searches).toBe(8)
})
