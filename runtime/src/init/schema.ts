import { fileURLToPath } from 'node:url'
import { runner } from 'node-pg-migrate'
import { Client, DatabaseError } from 'pg'
import { type Config, ConfigError, readSecret } from '../platform/config.ts'
import { type Logger } from '../platform/log.ts'
import { connectionOptions, type PostgresConfig } from '../platform/postgres.ts'
import { ensureRoles } from './roles.ts'

const migrations = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Settings that making the schema needs, beside the connection's. */
export const schemaSettings = ['WRITER_PASSWORD_FILE', 'READER_PASSWORD_FILE'] as const

/**
 * Brings the database up to this release: makes it where it is missing, then roles, then migrations. Safe to run
 * again and by two at once (node-pg-migrate holds an advisory lock).
 * @throws the database's error; ConfigError when a password file can't be read, or the database isn't in UTF8.
 */
export async function ensureSchema(
  config: PostgresConfig & Config<(typeof schemaSettings)[number]>,
  log: Logger,
): Promise<void> {
  await ensureDatabase(config)
  const client = new Client(connectionOptions(config))
  await client.connect()
  try {
    await assertUnicode(client, config.PGDATABASE)
    await ensureRoles(client, {
      writer: readSecret('WRITER_PASSWORD_FILE', config.WRITER_PASSWORD_FILE),
      reader: readSecret('READER_PASSWORD_FILE', config.READER_PASSWORD_FILE),
    })
    const applied = await runner({
      dbClient: client,
      dir: migrations,
      direction: 'up',
      migrationsTable: 'migration',
      log: message => log.debug(message),
    })
    log.info({ applied: applied.map(migration => migration.name) }, 'schema is up to date')
  } finally {
    await client.end()
  }
}

/** Titles are in every script: another encoding refuses some of them, or reads them wrongly, later. */
async function assertUnicode(client: Client, database: string): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding')
  const encoding = rows[0]?.server_encoding
  if (encoding === 'UTF8') return
  throw new ConfigError(
    `the database ${database} is encoded in ${encoding}, and has to be in UTF8: name another in PGDATABASE, which is made where it is missing`,
  )
}

async function ensureDatabase(config: PostgresConfig): Promise<void> {
  const client = new Client({ ...connectionOptions(config), database: 'postgres' })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [
      config.PGDATABASE,
    ])
    const name = client.escapeIdentifier(config.PGDATABASE)
    if (!rowCount) await client.query(`CREATE DATABASE ${name} ENCODING 'UTF8' TEMPLATE template0`)
  } catch (error) {
    // 42P04: another init made it between the question and the statement.
    if (!(error instanceof DatabaseError && error.code === '42P04')) throw error
  } finally {
    await client.end()
  }
}
