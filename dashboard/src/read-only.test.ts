import { type Pool } from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPool } from '../../runtime/src/platform/postgres.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../test/engines/postgres.ts'
import { rowsOf } from './queries/query.ts'
import { inReadOnly } from './read-only.ts'

let postgres: TestPostgres
let database: TestDatabase
const pools: Pool[] = []
beforeAll(async () => {
  postgres = await startTestPostgres()
  database = await postgres.database()
})
afterAll(async () => {
  await Promise.all(pools.map(pool => pool.end()))
  await postgres?.stop()
})

function poolOf(role: keyof TestDatabase, statementTimeoutMs = 5_000): Pool {
  const log = pino({ level: 'silent' })
  const pool = createPool(database[role], { name: 'test', max: 1, statementTimeoutMs, log })
  pools.push(pool)
  return pool
}

test("the dashboard's role can't write, even where it asks for a transaction that may", async () => {
  const client = await poolOf('reader').connect()
  await client.query('BEGIN READ WRITE')
  await expect(client.query("INSERT INTO wiki VALUES ('x', 'x', 'x')")).rejects.toMatchObject({
    code: '42501',
  })
  client.release(true)
})

test("a reading can't write either, should the dashboard be given a role that may", async () => {
  const write = inReadOnly(poolOf('owner'), client => client.query("INSERT INTO wiki VALUES ('x', 'x', 'x')"))
  await expect(write).rejects.toMatchObject({ code: '25006' })
})

test('a server that stops answering in the middle is given up, and not waited for by the next', async () => {
  const pool = poolOf('reader')
  const pid = await inReadOnly(pool, async client => {
    const [row] = await rowsOf<{ pid: number }>(client, {
      text: 'SELECT pg_backend_pid() AS pid',
      values: [],
    })
    return row?.pid ?? 0
  })
  process.kill(pid, 'SIGSTOP')
  const silent = inReadOnly(pool, client => rowsOf(client, { text: 'SELECT 1', values: [] }))
  await expect(silent).rejects.toThrow('Query read timeout')
  const again = inReadOnly(pool, client => rowsOf(client, { text: 'SELECT 2 AS two', values: [] }))
  expect(await again).toEqual([{ two: 2 }])
  process.kill(pid, 'SIGCONT')
})

test('a query that takes too long is cut off, and the next one gets a sound connection', async () => {
  const pool = poolOf('reader', 100)
  await expect(inReadOnly(pool, client => client.query('SELECT pg_sleep(20)'))).rejects.toMatchObject({
    code: '57014',
  })
  const { rows } = await inReadOnly(pool, client => client.query('SELECT 1 AS one'))
  expect(rows).toEqual([{ one: 1 }])
})
