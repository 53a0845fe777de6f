import { Client } from 'pg'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../../test/engines/postgres.ts'
import { connectionOptions } from '../platform/postgres.ts'
import { scramVerifier } from './roles.ts'
import { ensureSchema } from './schema.ts'

let postgres: TestPostgres
let database: TestDatabase
beforeAll(async () => {
  postgres = await startTestPostgres()
  database = await postgres.database()
})
afterAll(() => postgres?.stop())

async function as(role: keyof TestDatabase, sql: string): Promise<unknown[]> {
  const client = new Client(connectionOptions(database[role]))
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

test('the dashboard reads every table and can change none', async () => {
  expect(await as('reader', 'SELECT * FROM activity_minute')).toEqual([])
  await expect(as('reader', 'DELETE FROM activity_minute')).rejects.toThrow('permission denied')
  await expect(as('reader', "INSERT INTO retention_horizon VALUES ('x', now())")).rejects.toThrow(
    'permission denied',
  )
})

test('a database that others made in another encoding is refused before anything is made in it', async () => {
  await as('owner', "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
  const secret = database.owner.PGPASSWORD_FILE
  const config = { ...database.owner, PGDATABASE: 'bytes' }
  await expect(
    ensureSchema(
      { ...config, WRITER_PASSWORD_FILE: secret, READER_PASSWORD_FILE: secret },
      pino({ level: 'silent' }),
    ),
  ).rejects.toThrow('the database bytes is encoded in SQL_ASCII, and has to be in UTF8')
  const client = new Client(connectionOptions(config))
  await client.connect()
  const { rows } = await client.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'")
  await client.end()
  expect(rows).toEqual([])
})

test('a worker adds counts, but can take no dead letter and no offset away', async () => {
  await as('writer', "INSERT INTO dead_letter VALUES (0, 7, 'not_json', 'x', now(), 1, 'x')")
  await expect(as('writer', 'DELETE FROM dead_letter')).rejects.toThrow('permission denied')
  await expect(as('writer', 'DELETE FROM consumer_offset')).rejects.toThrow('permission denied')
  await expect(as('writer', 'DROP TABLE dead_letter')).rejects.toThrow('must be owner')
})

test("PostgreSQL's own verifier of the same password and salt is ours", async () => {
  await as('owner', "CREATE ROLE probe PASSWORD 'pencil'")
  const [row] = await as('owner', "SELECT rolpassword AS stored FROM pg_authid WHERE rolname = 'probe'")
  const { stored } = row as { stored: string }
  const salt = Buffer.from(stored.split('$')[1]?.split(':')[1] ?? '', 'base64')
  expect(scramVerifier('pencil', salt)).toBe(stored)
})
