import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import getPort from 'get-port'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Copy, copyOf, makePipeline, type Pipeline } from './fixtures.ts'

const program = fileURLToPath(new URL('./main.ts', import.meta.url))

let pipeline: Pipeline
let copy: Copy
beforeAll(async () => {
  pipeline = await makePipeline()
  copy = await copyOf(pipeline)
})
afterAll(async () => {
  await copy?.stop()
  await pipeline?.stop()
})

type Ended = { code: number; out: string; err: string }

/** Runs the program as the reader, on the copy, but for what `env` says. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const { PGHOST, PGPORT, PGUSER, PGPASSWORD_FILE } = pipeline.database.reader
  const settings = {
    KAFKA_BROKERS: pipeline.broker.address,
    ...{ PGHOST, PGPORT: String(PGPORT), PGUSER, PGPASSWORD_FILE, PGDATABASE: copy.name },
    LAKE_URL: pathToFileURL(copy.lakeFolder).href,
    ...env,
  }
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [program, ...args],
      { env: { PATH: process.env.PATH, ...settings } },
      (error, out, err) => resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

test('conserved is exit code 0, a table and a last line that says so', async () => {
  const { code, out } = await run([])
  expect(out.trimEnd().split('\n').at(-1)).toMatch(
    /^conserved: 370 records in the log = \d+ counted \+ \d+ dead letters/,
  )
  expect(code).toBe(0)
})

test('not conserved is exit code 2, and the JSON names where', async () => {
  await copy.sql('DELETE FROM dead_letter WHERE partition = 0 AND "offset" = 10107')
  const { code, out } = await run(['--json'])
  await copy.mend()
  expect(JSON.parse(out).findings.listed).toMatchObject([
    { kind: 'dead_letter_missing', partition: 0, offsets: { first: 10_107, last: 10_107 } },
  ])
  expect(code).toBe(2)
})

test.each([
  [
    'the broker is away',
    async () => ({ KAFKA_BROKERS: `127.0.0.1:${await getPort()}` }),
    /no broker of KAFKA_BROKERS answers \(127\.0\.0\.1:\d+: ECONNREFUSED\)/,
  ],
  [
    'the database is away',
    async () => ({ PGPORT: String(await getPort()) }),
    /for PostgreSQL .* fails: .*ECONNREFUSED/,
  ],
  [
    'the database does not exist',
    async () => ({ PGDATABASE: 'elsewhere' }),
    /PostgreSQL.*database "elsewhere" does not exist/,
  ],
  [
    'the password is wrong',
    async () => ({ PGPASSWORD_FILE: wrongPassword() }),
    /PostgreSQL.*password authentication failed/,
  ],
  [
    'the lake is no address',
    async () => ({ LAKE_URL: 'ftp://lake' }),
    /LAKE_URL.*"ftp:\/\/lake"|"ftp:\/\/lake" is no object store/,
  ],
  ['a setting is missing', async () => ({ PGHOST: '' }), /PGHOST is not set/],
])('when %s it could not tell: exit code 1 and one sentence', async (_, env, sentence) => {
  const { code, out, err } = await run([], await env())
  expect(err).toMatch(sentence)
  expect(err).not.toContain('    at ')
  expect(out).toBe('')
  expect(code).toBe(1)
})

function wrongPassword(): string {
  const path = join(copy.lakeFolder, 'password')
  writeFileSync(path, 'wrong')
  return path
}

test('an unknown flag is a sentence, and --help tells what there is', async () => {
  expect(await run(['--fast'])).toMatchObject({
    code: 1,
    err: expect.stringContaining("Unknown option '--fast'"),
  })
  expect(await run(['--help'])).toMatchObject({ code: 0, out: expect.stringContaining('--quick') })
})
