import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { connectionOptions, type PostgresConfig } from '../../../runtime/src/platform/postgres.ts'
import { testPool } from '../../../runtime/src/worker/fixtures.ts'
import { startTestPostgres, type TestPostgres } from '../../../test/engines/postgres.ts'
import { writeRun } from '../local/run-file.ts'
import { UserError } from '../script.ts'
import { compareWith, type Question } from './compare-with.ts'
import { beginMs, inventedOurs } from './fixtures.ts'
import { readOldDatabase } from './old-postgres.ts'
import { readPlace } from './old-url.ts'
import { countsOf, minuteMs } from './our-minutes.ts'
import { type Ours } from './ours.ts'
import { renderReport } from './render.ts'

const script = fileURLToPath(new URL('../../compare.ts', import.meta.url))
const minutes = 150
const ours = inventedOurs(minutes)
const hanoiMs = 7 * 60 * minuteMs

let postgres: TestPostgres
let state: string
let old: PostgresConfig
let sql: Client

beforeAll(async () => {
  postgres = await startTestPostgres()
  const [database, other] = [await postgres.database(), await postgres.database()]
  state = mkdtempSync(join(tmpdir(), 'wikiflow-compare-'))
  await fillOurs(database.writer)
  const { PGHOST: host, PGPORT: port, PGDATABASE: name } = database.reader
  const passwordFile = (role: PostgresConfig) => role.PGPASSWORD_FILE
  writeRun(state, {
    source: 'simulate',
    stateDir: state,
    kafka: '127.0.0.1:1',
    postgres: { host, port, database: name },
    passwordFiles: {
      owner: passwordFile(database.owner),
      writer: passwordFile(database.writer),
      reader: passwordFile(database.reader),
    },
    lakeUrl: 'file:///nowhere',
    workers: 3,
    lakeRotateS: 60,
    dashboardUrl: 'http://127.0.0.1:1',
    pid: 1,
    processes: {},
  })
  old = other.owner
  sql = new Client(connectionOptions(old))
  // The server may end it before it has heard our goodbye.
  sql.on('error', () => {})
  await sql.connect()
  // The old server is one of its own: nothing of ours is in it.
  await sql.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public')
})
afterAll(async () => {
  await sql?.end()
  await postgres?.stop()
  rmSync(state, { recursive: true, force: true })
})

afterEach(() => {
  vi.unstubAllEnvs()
})

async function fillOurs(writer: PostgresConfig): Promise<void> {
  const pool = testPool(writer, 1)
  const at = (i: number) => new Date(beginMs + i * minuteMs).toISOString()
  const sums = ['bytes_added', 'bytes_removed', 'minor', 'major', 'reverts', 'size_0', 'size_10', 'size_100']
  const zeros = [...sums, 'size_1000', 'size_10000', 'size_over']
  for (const { wiki, type, isBot, counts } of ours.cells) {
    await pool.query(
      `INSERT INTO activity_minute (minute, wiki, type, editor, events, ${zeros.join(', ')})
       SELECT m, $1, $2, $3, n${', 0'.repeat(zeros.length)} FROM unnest($4::timestamptz[], $5::bigint[]) AS t (m, n)`,
      [
        wiki === '*' ? 'dewiki' : wiki,
        type,
        isBot ? 'bot' : 'registered',
        [...counts.keys()].map(at),
        [...counts],
      ],
    )
  }
  for (const [wiki, server] of [...ours.servers, ['dewiki', 'de.wikipedia.org']]) {
    await pool.query(`INSERT INTO wiki VALUES ($1, $2, 'wikipedia', NULL)`, [wiki, server])
  }
  const delays = ['simulated', 'replayed', 'repaired', 'delay_1s', 'delay_2s', 'delay_5s', 'delay_10s']
  const flow = [...delays, 'delay_30s', 'delay_60s', 'delay_300s', 'delay_over']
  await pool.query(
    `INSERT INTO flow_minute (minute, partition, processed, dead, late, ${flow.join(', ')})
     SELECT m, 0, n, 0, l${', 0'.repeat(flow.length)} FROM unnest($1::timestamptz[], $2::bigint[], $3::bigint[]) AS t (m, n, l)`,
    [[...ours.processed.keys()].map(at), [...ours.processed], [...ours.late]],
  )
  await pool.end()
}

/** A table as a Spark job leaves it, with what has gone wrong in it. */
async function makeOld(name: string, columns: string, rows: readonly (readonly unknown[])[]): Promise<void> {
  await sql.query(`DROP TABLE IF EXISTS ${name}; CREATE TABLE ${name} (${columns})`)
  const json = JSON.stringify(rows.map(row => Object.fromEntries(row.map((value, i) => [`c${i}`, value]))))
  const casts = columns
    .split(', ')
    .map((column, i) => `(r->>'c${i}')::${column.split(' ').slice(1).join(' ')}`)
  await sql.query(
    `INSERT INTO ${name} SELECT ${casts.join(', ')} FROM jsonb_array_elements($1::jsonb) AS r`,
    [json],
  )
}

type Ended = { code: number; out: string; err: string }

function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const given = { PGPASSWORD: readPassword(), ...env }
  return new Promise(settle => {
    execFile(
      process.execPath,
      [script, '--state', state, ...args],
      { env: { PATH: process.env.PATH, HOME: state, ...given } },
      (error, out, err) => settle({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}
/** The old counts alone, in this process. */
function read(flags: Question['columns'] = {}, url = urlOf(), password = readPassword()) {
  vi.stubEnv('PGPASSWORD', password)
  return readOldDatabase(new URL(url), flags, { fromMs: 0, toMs: beginMs + 24 * 60 * minuteMs })
}

/** Both, in this process, with ours as if they had been read. */
function ask(more: Partial<Question> = {}) {
  vi.stubEnv('PGPASSWORD', readPassword())
  const extent = { fromMs: beginMs + minuteMs, toMs: beginMs + (minutes - 5) * minuteMs }
  const known: Ours = {
    source: 'ours',
    isDeployed: false,
    flags: [],
    extent: async () => extent,
    minutes: async () => ours,
  }
  const place = readPlace(urlOf(), undefined)
  return compareWith(known, { place, columns: {}, fromMs: undefined, toMs: undefined, ...more })
}

const readPassword = () => readFileSync(old.PGPASSWORD_FILE, 'utf8')
const urlOf = (password = '') =>
  `postgres://${old.PGUSER}${password && `:${password}`}@${old.PGHOST}:${old.PGPORT}/${old.PGDATABASE}`
const local = (i: number) => new Date(beginMs + i * minuteMs + hanoiMs).toISOString().slice(0, 19)

const people = [...countsOf(ours, { bots: 'without' })]

test('a table of a Spark job in Hanoi, of people alone, that lost minutes and counted others twice, is explained', async () => {
  const rows = people.flatMap((events, i) =>
    i >= 30 && i < 38 ? [] : [[local(i), local(i + 1), i >= 90 && i < 95 ? 2 * events : events]],
  )
  await makeOld(
    '"edits; DROP TABLE x --"',
    'window_start timestamp, window_end timestamp, "ed""its" integer',
    rows,
  )
  const { code, out, err } = await run(['--old', urlOf(), '--count', 'ed"its'])
  expect(err).toBe('')
  for (const line of [
    /^time zone .*UTC\+07:00/m,
    /^part .*without those of bots/m,
    /^repeated .*09:30–09:35/m,
  ]) {
    expect(out).toMatch(line)
  }
  expect(out).toMatch(/^lost .*08:30–08:38/m)
  expect(out.trimEnd().split('\n').at(-1)).toBe('Next: npx zx ops/deploy.ts --since 2026-11-20T10:29:00Z')
  expect(code).toBe(0)
  expect(await sql.query('SELECT count(*) FROM "edits; DROP TABLE x --"')).toMatchObject({ rowCount: 1 })
  await sql.query('DROP TABLE "edits; DROP TABLE x --"')
})

test('a table of single events is counted by the minute, and what is unexplained is exit code 2', async () => {
  const rows = people.slice(10, 40).flatMap((events, i) =>
    Array.from({ length: Math.round((i % 7 ? 0.02 : 0.05) * events) }, (_, n) => [
      local(i + 10 - 420)
        .replace('T', ' ')
        .slice(0, 17) + String(n % 60).padStart(2, '0'),
      `t${n}`,
    ]),
  )
  await makeOld('raw_events', 'event_time timestamptz, title text', rows)
  const { code, out } = await run(['--old', urlOf(), '--json'])
  const report = JSON.parse(out)
  expect(report).toMatchObject({
    verdict: 'unexplained',
    windows: 30,
    unexplained: { worst: expect.any(Array) },
  })
  expect(report.sources.old).toContain('table public.raw_events (time event_time, each row an event)')
  expect(code).toBe(2)
  await sql.query('DROP TABLE raw_events')
})

test('several tables that could hold the counts are listed, and one is chosen by its name', async () => {
  const rows = people.map((events, i) => [local(i), events])
  await makeOld('by_minute', 'minute timestamp, n bigint', rows)
  await makeOld('by_window', 'window_start timestamp, total bigint', rows)
  await expect(read()).rejects.toThrow(
    /several tables.*\n.*--table public\.by_minute .*\n.*--table public\.by_window /,
  )
  expect((await read({ table: 'by_window' })).source).toContain('(time window_start, count total)')
  expect((await read({ count: 'n' })).source).toContain('table public.by_minute')
  await expect(read({ table: 'x"; DROP TABLE by_minute; --' })).rejects.toThrow(/has no table x"; DROP/)
  await expect(read({ table: 'by_minute', wiki: 'w"' })).rejects.toThrow(/has no column w" \(--wiki\)/)
  await sql.query('DROP TABLE by_minute, by_window')
})

test('rows of one window that differ in their count alone are told from those of several wikis', async () => {
  await makeOld('counts', 'ts bigint, domain text, is_bot boolean, event_count integer', [
    [beginMs / 1_000, 'en.wikipedia.org', true, 3],
    [beginMs / 1_000, 'en.wikipedia.org', true, 5],
    [beginMs / 1_000, 'canary', false, 2],
    [beginMs / 1_000, null, null, null],
  ])
  const { windows, values } = await read({ time: 'ts' })
  expect([...windows]).toEqual([[beginMs, { sum: 10, largest: 7, repeated: 1, canaries: 2 }]])
  expect(values.wiki?.get('en.wikipedia.org')).toBe(8)
  await sql.query('UPDATE counts SET event_count = -1')
  await expect(read({ time: 'ts' })).rejects.toThrow(
    /public\.counts holds -\d as event_count at 2026-11-20T08:00/,
  )
  await sql.query('DROP TABLE counts')
})

test('a database that refuses, is away, or asks in vain is a sentence without a password', async () => {
  const secret = 'hunter2-of-the-test'
  const refusals: [string, string, RegExp][] = [
    [urlOf(), secret, /refuses: password authentication failed.*PGPASSFILE/],
    [urlOf(), '', /asks for a password: give it as PGPASSWORD/],
    [`postgres://a:${secret}@127.0.0.1:1/b`, '', /127\.0\.0\.1:1 can't be read: .*ECONNREFUSED/],
  ]
  for (const [url, password, sentence] of refusals) {
    const error = await read({}, url, password).catch(reason => reason)
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toMatch(sentence)
    expect(error.message).not.toContain(secret)
  }
})

test('a password in an argument is refused before anything is read, and not repeated', async () => {
  const { code, out, err } = await run(['--old', urlOf('hunter2')])
  expect(err).toMatch(/^--old holds a password, which every user/)
  expect(out + err).not.toContain('hunter2')
  expect(code).toBe(1)
})

test('a password in OLD_DATABASE_URL is used and not shown', async () => {
  const rows = people.map((events, i) => [new Date(beginMs + i * minuteMs), events])
  await makeOld('by_minute', 'minute timestamptz, events bigint', rows)
  const report = await ask({ place: readPlace(undefined, urlOf(readPassword())) })
  expect(report.verdict).toBe('explained')
  expect(report.sources.old).toContain(`${urlOf()}, table public.by_minute`)
  expect(renderReport(report)).not.toContain(readPassword())
  await sql.query('DROP TABLE by_minute')
})

test('a table without rows in our time, and a time that ours has not, are told', async () => {
  await makeOld('early', 'minute timestamptz, count bigint', [['2019-01-01T00:00:00Z', 1]])
  await expect(ask()).rejects.toThrow(/table public\.early .* has nothing in 2026-11-20 08:01/)
  await expect(ask({ toMs: beginMs - minuteMs })).rejects.toThrow(/--from and --to leave none/)
  await sql.query('DROP TABLE early')
})

test('a CSV file of the same is read as well', async () => {
  const path = join(state, 'old.csv')
  const lines = people.map((events, i) => `"${local(i).replace('T', ' ')}";${events}`)
  writeFileSync(path, `\uFEFFwindow_start;count\r\n${lines.join('\r\n')}\r\n`)
  const { explanations } = await ask({ place: readPlace(path, undefined) })
  expect(explanations.map(({ kind }) => kind)).toEqual(['time zone', 'part'])
})

test('the server of the old counts can’t be written to by us', async () => {
  await makeOld('evil', 'minute timestamp, count bigint', [[local(0), 1]])
  await sql.query(
    `CREATE FUNCTION spoil() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN DELETE FROM evil; RETURN 1; END $$;
     CREATE VIEW trap AS SELECT minute, spoil() AS count FROM evil`,
  )
  await expect(read({ table: 'trap' })).rejects.toThrow(/cannot execute DELETE in a read-only transaction/)
  await sql.query('DROP VIEW trap; DROP FUNCTION spoil; DROP TABLE evil')
})
