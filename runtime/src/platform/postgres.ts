import { type ClientConfig, DatabaseError, Pool } from 'pg'
import { type Config, readSecret } from './config.ts'
import { type Logger } from './log.ts'

/** Settings that a service with a database connection has. */
export const postgresSettings = [
  'PGHOST',
  'PGPORT',
  'PGDATABASE',
  'PGUSER',
  'PGPASSWORD_FILE',
  'PGSSL_CA_FILE',
] as const
export type PostgresConfig = Config<(typeof postgresSettings)[number]>

/**
 * How to reach the database; TLS is verified where a CA is configured.
 * @throws ConfigError when the password can't be read.
 */
export function connectionOptions(config: PostgresConfig): ClientConfig {
  return {
    host: config.PGHOST,
    port: config.PGPORT,
    database: config.PGDATABASE,
    user: config.PGUSER,
    password: readSecret('PGPASSWORD_FILE', config.PGPASSWORD_FILE),
    ssl: config.PGSSL_CA_FILE !== undefined && {
      ca: readSecret('PGSSL_CA_FILE', config.PGSSL_CA_FILE),
      rejectUnauthorized: true,
    },
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
  }
}

/**
 * A pool of connections. db.t4g.micro takes about 80 in all, so services keep `max` small.
 * Time-outs are in ms: without them a stopped process could hold a lock for ever.
 * @throws ConfigError when the password or CA file can't be read.
 */
export function createPool(
  config: PostgresConfig,
  options: { name: string; max: number; statementTimeoutMs: number; lockTimeoutMs?: number; log: Logger },
): Pool {
  const pool = new Pool({
    ...connectionOptions(config),
    max: options.max,
    application_name: `wikiflow ${options.name}`,
    statement_timeout: options.statementTimeoutMs,
    // The server may have gone silent with its clock: the client's own is a little longer.
    query_timeout: options.statementTimeoutMs + 5_000,
    lock_timeout: options.lockTimeoutMs ?? options.statementTimeoutMs,
    idle_in_transaction_session_timeout: options.statementTimeoutMs,
  })
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', error => options.log.warn({ err: error }, 'an idle database connection broke'))
  return pool
}

/**
 * Is the record to blame? SQLSTATE classes 22 (data exception), 23 (integrity) and 54 (a program limit, such as
 * an index row too large): the same statement will fail again, however often it is tried.
 */
export function isRecordCaused(error: unknown): boolean {
  return error instanceof DatabaseError && /^(22|23|54)/.test(error.code ?? '')
}

/**
 * Can waiting mend it? Anything that is not the record's fault, nor ours: no connection, shutting down, too many
 * connections, time-outs, deadlock, serialization, disk full. A missing table or permission is not mended by
 * waiting (class 42, 28, 3D), unless the server is only just being set up.
 */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true
  return !/^(22|23|54|42|28|3D|0A)/.test(error.code ?? '')
}
