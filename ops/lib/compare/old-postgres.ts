import { Client, type ClientConfig, DatabaseError, escapeIdentifier } from 'pg'
import { visible } from '../cloud/fact-text.ts'
import { UserError } from '../script.ts'
import { type ColumnFlags, columnsInWords } from './columns.ts'
import { dimensions, type OldCounts } from './old-counts.ts'
import { type ColumnRow, chooseTable, nameOf, type OldTable } from './old-tables.ts'
import { withoutPassword } from './old-url.ts'
import { minuteMs } from './our-minutes.ts'
import { createTally } from './tally.ts'

/** An old table of single events may hold tens of millions, without an index on their time, in ms. */
const statementTimeoutMs = 15 * 60_000
const connectMs = 10_000
/** Rows of windows that are taken: a year of minutes of ten values each is fewer. */
const mostRows = 6_000_000

/**
 * Reads the old counts from a database, in a session that can't write.
 * @param within rows of other times are left out; their times as they stand, in ms.
 * @throws UserError when it can't be reached, refuses the role, or holds no such table.
 */
export async function readOldDatabase(
  url: URL,
  flags: ColumnFlags & { table?: string | undefined },
  within: { fromMs: number; toMs: number },
): Promise<OldCounts> {
  const client = await connectTo(url)
  try {
    const table = chooseTable(await columnsIn(client), flags)
    const { rows } = await client.query<CountRow>(countQuery(table), [
      within.fromMs / 1_000,
      within.toMs / 1_000,
      mostRows,
    ])
    if (rows.length === mostRows) {
      throw new UserError(
        `${nameOf(table)} has more than ${mostRows.toLocaleString('en')} windows in this time: give --from`,
      )
    }
    const tally = createTally()
    for (const row of rows) tally.add(rowOf(row, table))
    return tally.done(`${withoutPassword(url)}, table ${nameOf(table)} (${columnsInWords(table.columns)})`)
  } catch (error) {
    throw inWords(error, url)
  } finally {
    await client.end().catch(() => {})
  }
}

type CountRow = {
  start: string
  end: string | null
  rows: string
  sum: string
  largest: string
  wiki?: string | null
  type?: string | null
  bot?: string | null
}

function rowOf(row: CountRow, { columns, schema, table }: OldTable) {
  const [sum, largest] = [Number(row.sum), Number(row.largest)]
  const startMs = Math.round(Number(row.start) * 1_000)
  if (!(sum >= 0) || !Number.isFinite(sum)) {
    throw new UserError(
      `${nameOf({ schema, table })} holds ${visible(row.sum)} as ${visible(columns.count ?? 'count')} at ${new Date(startMs).toISOString()}: a number from 0 is allowed`,
    )
  }
  const values = Object.fromEntries(
    dimensions.flatMap(name => (columns[name] === undefined ? [] : [[name, row[name] ?? '']])),
  )
  // Each event is a row of its own: none repeats another.
  const repeats =
    columns.count === undefined ? { rows: 1, largest: sum } : { rows: Number(row.rows), largest }
  const endMs = row.end === null ? undefined : Math.round(Number(row.end) * 1_000)
  return { startMs, endMs, sum, ...repeats, ...values }
}

/** The statement that adds the table up; names are quoted, values are parameters. */
function countQuery({ schema, table, columns, timeType }: OldTable): string {
  const from = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`
  const seconds = (name: string) => secondsOf(escapeIdentifier(name), timeType)
  const start =
    columns.count === undefined
      ? `floor(${seconds(columns.time)} / ${minuteMs / 1_000}) * ${minuteMs / 1_000}`
      : seconds(columns.time)
  const end = columns.end === undefined ? 'NULL::numeric' : seconds(columns.end)
  const given = dimensions.flatMap(name =>
    columns[name] === undefined ? [] : [[name, columns[name]] as const],
  )
  const values = given.map(([name, column]) => `, ${escapeIdentifier(column)}::text AS ${name}`)
  const count = columns.count === undefined ? '1' : `coalesce(${escapeIdentifier(columns.count)}, 0)`
  const keys = ['start', '"end"', ...given.map(([name]) => name)].join(', ')
  return `SELECT ${keys}, count(*) AS rows, sum(n) AS sum, max(n) AS largest
FROM (SELECT ${start} AS start, ${end} AS "end", (${count})::numeric AS n${values.join('')} FROM ${from}) AS t
WHERE start >= $1::numeric AND start < $2::numeric GROUP BY ${keys} LIMIT $3`
}

/** Seconds since 1970 of a column; the session's time zone is UTC, as which a time without one is taken. */
function secondsOf(column: string, type: string): string {
  if (/^(timestamp|date$)/.test(type)) return `extract(epoch FROM ${column}::timestamptz)::numeric`
  if (/^(text|character)/.test(type)) return `extract(epoch FROM ${column}::timestamptz)::numeric`
  const number = `${column}::numeric`
  // Milliseconds where they would be seconds of the year 5138 or later.
  return `CASE WHEN ${number} > 1e11 THEN ${number} / 1000 ELSE ${number} END`
}

/** Columns of all tables and views that the role may read and that aren't the server's own. */
async function columnsIn(client: Client): Promise<ColumnRow[]> {
  const { rows } = await client.query<ColumnRow>(
    `SELECT table_schema AS schema, table_name AS table, column_name AS column, data_type AS type
       FROM information_schema.columns
      WHERE table_schema NOT IN ('pg_catalog', 'information_schema')
      ORDER BY table_schema, table_name, ordinal_position`,
  )
  return rows
}

async function connectTo(url: URL): Promise<Client> {
  try {
    return await connected(url)
  } catch (error) {
    if (!needsPassword(error)) throw inWords(error, url)
    if (!process.stdin.isTTY || !process.stderr.isTTY) {
      throw new UserError(
        `${withoutPassword(url)} asks for a password: give it as PGPASSWORD, in PGPASSFILE, or run this on a terminal`,
      )
    }
  }
  // Loaded when it is needed: prompts take a second.
  const { password: askPassword } = await import('@inquirer/prompts')
  const message = `Password for ${withoutPassword(url)}`
  const given = await askPassword({ message }, { output: process.stderr }).catch(() => {
    throw new UserError('nothing was read: no password was given')
  })
  try {
    return await connected(url, given)
  } catch (error) {
    throw inWords(error, url)
  }
}

async function connected(url: URL, password?: string): Promise<Client> {
  const config: ClientConfig = {
    connectionString: url.href,
    application_name: 'wikiflow compare',
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementTimeoutMs,
    options: '-c default_transaction_read_only=on -c timezone=UTC',
    ...(password !== undefined && { password }),
  }
  const client = new Client(config)
  // A connection that breaks later is told by the query that waits for it.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

/** No password was given, as pg says it before the server does. */
function needsPassword(error: unknown): boolean {
  return error instanceof Error && /client password must be|no password supplied/i.test(error.message)
}

function inWords(error: unknown, url: URL): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error
  const where = `${url.hostname}:${url.port || 5432}`
  if (error instanceof DatabaseError) {
    const hint = error.code === '28P01' ? ' (PGPASSWORD, PGPASSFILE or OLD_DATABASE_URL give it)' : ''
    return new UserError(`the old database at ${where} refuses: ${visible(error.message)}${hint}`)
  }
  const said = error.message || ('code' in error ? String(error.code) : error.name)
  return new UserError(`the old database at ${where} can't be read: ${visible(said)}`)
}
