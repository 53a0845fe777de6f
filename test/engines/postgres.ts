import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { startPostgres } from '../../ops/lib/local/postgres.ts'
import { roles } from '../../runtime/src/contract.ts'
import { ensureSchema } from '../../runtime/src/init/schema.ts'
import { type PostgresConfig } from '../../runtime/src/platform/postgres.ts'
import { freePort } from './free-port.ts'

/** How to reach one fresh database, migrated, as each role. */
export type TestDatabase = Record<'owner' | 'writer' | 'reader', PostgresConfig>

/** A PostgreSQL server of a suite's own, the real one. */
export type TestPostgres = {
  port: number
  /** A fresh database with all migrations applied. */
  database(): Promise<TestDatabase>
  /** Stops the server, and starts it again on the same data and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts a server for a suite in a folder of its own, without fsync: no test pulls the machine's plug. */
export async function startTestPostgres(settings: readonly string[] = []): Promise<TestPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-postgres-'))
  chmodSync(folder, 0o755)
  const secret = (name: string) => {
    const path = join(folder, `${name}.password`)
    const password = randomBytes(12).toString('base64url')
    writeFileSync(path, password, { mode: 0o600 })
    return { path, password }
  }
  const secrets = { owner: secret('owner'), writer: secret('writer'), reader: secret('reader') }
  const options = {
    dataDir: join(folder, 'data'),
    port: await freePort(),
    user: 'wikiflow_owner',
    password: secrets.owner.password,
    settings: ['fsync=off', 'synchronous_commit=off', ...settings],
  }
  let server = await startPostgres(options)
  return {
    port: options.port,
    database: async () => {
      const common = { PGHOST: '127.0.0.1', PGPORT: options.port, PGDATABASE: `test_${randomUUID()}` }
      const as = (user: string, file: string): PostgresConfig => ({
        ...common,
        PGUSER: user,
        PGPASSWORD_FILE: file,
        PGSSL_CA_FILE: undefined,
      })
      const owner = as(options.user, secrets.owner.path)
      await ensureSchema(
        {
          ...owner,
          WRITER_PASSWORD_FILE: secrets.writer.path,
          READER_PASSWORD_FILE: secrets.reader.path,
        },
        pino({ level: 'silent' }),
      )
      return {
        owner,
        writer: as(roles.writer, secrets.writer.path),
        reader: as(roles.reader, secrets.reader.path),
      }
    },
    restart: async () => {
      await server.stop()
      server = await startPostgres(options)
    },
    stop: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
