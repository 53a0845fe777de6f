import { type Pool } from 'pg'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../../test/engines/postgres.ts'
import { claimPartitions } from './claim.ts'
import { endless, logName, sameEdits, testPool } from './fixtures.ts'
import { store } from './store.ts'

// A busy machine takes ten times as long.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

let server: TestPostgres
let owner: Pool
let pool: Pool
beforeAll(async () => {
  server = await startTestPostgres()
  const database = await server.database()
  owner = testPool(database.owner)
  pool = testPool(database.writer)
})
afterAll(async () => {
  await Promise.all([owner.end(), pool.end()])
  await server.stop()
})
beforeEach(() => owner.query('TRUNCATE consumer_offset'))

const log = (start: bigint, end: bigint) => async () =>
  new Map([0, 1].map(partition => [partition, { start, end }]))

test('counting begins at the start of what the log holds, and goes on where it stood', async () => {
  expect(await claimPartitions(pool, logName, [0, 1], log(7n, 50n))).toEqual(
    new Map([
      [0, 7n],
      [1, 7n],
    ]),
  )
  const options = { pool, key: { ...logName, partition: 1 }, patience: endless, now: () => Date.now() }
  await store(options, 7n, sameEdits(7n, 5))
  const claimed = await claimPartitions(pool, logName, [0, 1], log(7n, 50n))
  expect([claimed.get(0), claimed.get(1)]).toEqual([7n, 12n])
})

test('workers that begin at the same time begin at the same offset', async () => {
  const claims = await Promise.all([1, 2, 3].map(() => claimPartitions(pool, logName, [0, 1], log(7n, 50n))))
  expect(claims.map(claim => [claim.get(0), claim.get(1)])).toEqual([1, 2, 3].map(() => [7n, 7n]))
})

test('nothing assigned is nothing claimed', async () => {
  expect(await claimPartitions(pool, logName, [], log(0n, 5n))).toEqual(new Map())
})

test('a log that grows between two looks is not taken for a short one', async () => {
  await claimPartitions(pool, logName, [0], log(0n, 0n))
  const claimed = await claimPartitions(pool, logName, [0], async () => {
    // Another worker counts just now: its offset is past what the log held when the stored ones were read.
    await owner.query('UPDATE consumer_offset SET next_offset = 5')
    return new Map([[0, { start: 0n, end: 4n }]])
  })
  expect(claimed.get(0)).toBe(0n)
})

test('stored offsets outside the log are an error that names partition and offsets', async () => {
  await owner.query(`INSERT INTO consumer_offset VALUES ('test-cluster', 'wiki.recentchange', 1, 0, 40)`)
  await expect(claimPartitions(pool, logName, [0, 1], log(0n, 39n))).rejects.toThrow(
    'partition 1: offsets up to 40 are counted, but the log ends at 39',
  )
  await expect(claimPartitions(pool, logName, [0, 1], log(41n, 90n))).rejects.toThrow(
    "partition 1: the log's retention took offsets 40 to 41",
  )
  expect((await claimPartitions(pool, logName, [1], log(40n, 40n))).get(1)).toBe(40n)
})

test('what the error says to go on without the lost offsets does so', async () => {
  await owner.query(`INSERT INTO consumer_offset VALUES ('test-cluster', 'wiki.recentchange', 1, 0, 40)`)
  const error = await claimPartitions(pool, logName, [1], log(41n, 90n)).catch((error: Error) => error)
  const remedy = /UPDATE consumer_offset .*?partition = \d+/.exec(String(error))?.[0] ?? ''
  await pool.query(remedy)
  expect((await claimPartitions(pool, logName, [1], log(41n, 90n))).get(1)).toBe(41n)
})

test("another cluster's offsets are never gone on from", async () => {
  await owner.query(`INSERT INTO consumer_offset VALUES ('former-cluster', 'wiki.recentchange', 0, 0, 40)`)
  await expect(claimPartitions(pool, logName, [0], log(0n, 90n))).rejects.toThrow(
    'of cluster former-cluster, but KAFKA_BROKERS leads to cluster test-cluster',
  )
})

test('a partition that the topic does not have is an error', async () => {
  await expect(claimPartitions(pool, logName, [0, 7], log(0n, 5n))).rejects.toThrow('assigned partition 7')
})
