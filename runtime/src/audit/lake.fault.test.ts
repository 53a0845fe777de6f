import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Row } from '../lake/columns.ts'
import { encodeObject } from '../lake/encode.ts'
import { readRows } from '../lake/reader.ts'
import { type Copy, copyOf, makePipeline, type Pipeline, shortly } from './fixtures.ts'

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
afterEach(() => copy.mend())

const folder = 'raw/dt=2026-08-04/hour=15'
const key = `${folder}/wiki.recentchange-0-9940-9979.parquet`
const path = (name: string) => join(copy.lakeFolder, name)

/** Writes the object anew with other rows; its footer tells of them truly. */
async function rewrite(change: (rows: Row[]) => Row[]): Promise<void> {
  const rows = change(await readRows(readFileSync(path(key))))
  const body = await encodeObject({ partition: 0, first: 9940n, last: 9979n, rows: rows.length }, rows)
  writeFileSync(path(key), body)
}

/** Lets the database tell of the object as it stands now, as if it had always been so. */
async function recordAgain(): Promise<void> {
  const body = readFileSync(path(key))
  const sha256 = createHash('sha256').update(body).digest('hex')
  await copy.sql('UPDATE lake_range SET bytes = $1, sha256 = $2 WHERE object_key = $3', [
    body.length,
    sha256,
    key,
  ])
}

const changes: [string, (rows: Row[]) => Row[], string[]][] = [
  ['removed', rows => rows.toSpliced(5, 1), [`row_missing ${key} p0 9945`]],
  ['doubled', rows => rows.toSpliced(5, 0, rows[5] ?? {}), [`row_extra ${key} p0 9945`]],
  ['changed', rows => rows.with(5, { ...rows[5], title: 'Another' }), [`row_differs ${key} p0 9945 title`]],
  [
    'given a U+0000 and a later time',
    rows =>
      rows.with(5, { ...rows[5], comment: '\0', kafka_timestamp: Number(rows[5]?.kafka_timestamp) + 1 }),
    [`row_differs ${key} p0 9945 kafka_timestamp, comment`],
  ],
  [
    'put after its neighbour',
    rows => rows.with(5, rows[6] ?? {}).with(6, rows[5] ?? {}),
    [`row_extra ${key} p0 9945`, `row_missing ${key} p0 9945`],
  ],
  [
    "exchanged with its neighbour's content",
    rows => rows.with(5, { ...rows[6], kafka_offset: 9945 }).with(6, { ...rows[5], kafka_offset: 9946 }),
    [`row_differs ${key} p0 9945-9946`],
  ],
  [
    'given another offset',
    rows => rows.with(39, { ...rows[39], kafka_offset: 9_999 }),
    [`row_extra ${key} p0 9999`, `row_missing ${key} p0 9979`],
  ],
  [
    'said to be of another partition',
    rows => rows.with(5, { ...rows[5], kafka_partition: 4 }),
    [`row_extra ${key} p0 9945`, `row_missing ${key} p0 9945`],
  ],
]

test.each(changes)('a row %s in an object is named by its offset', async (_, change, expected) => {
  await rewrite(change)
  expect(shortly(await copy.audit())).toEqual(expected)
  expect(shortly(await copy.audit('books'))).toEqual([`object_differs ${key} p0 9940-9979`])
})

test.each(changes)(
  'a row %s is named even where the database was made to agree',
  async (_, change, expected) => {
    await rewrite(change)
    await recordAgain()
    expect(shortly(await copy.audit())).toEqual(expected)
  },
)

test('an object that was deleted is named', async () => {
  rmSync(path(key))
  for (const depth of ['full', 'books'] as const) {
    expect(shortly(await copy.audit(depth))).toEqual([`object_missing ${key} p0 9940-9979`])
  }
})

test.each([
  ['a name of its own', `${folder}/mine.parquet`],
  ["another range's name", `${folder}/wiki.recentchange-0-9941-9980.parquet`],
  ['the name of an hour later', key.replace('hour=15', 'hour=16')],
])('an object that was renamed to %s is found again', async (_, name) => {
  renameSync(path(key), path(name))
  const report = await copy.audit()
  expect(shortly(report)).toEqual([`object_missing ${key} p0 9940-9979`])
  expect(report.findings.listed[0]?.found).toBe(name)
})

test('an object that nobody knows is named, whatever it is called', async () => {
  const names = [`${folder}/wiki.recentchange-0-9900-9910.parquet`, 'raw/\u202e notes, 1.txt']
  for (const name of names) {
    mkdirSync(dirname(path(name)), { recursive: true })
    cpSync(path(key), path(name))
  }
  expect(shortly(await copy.audit())).toEqual([
    `object_unknown ${names[0]} p0 9900-9910`,
    `object_unknown ${names[1]}`,
  ])
})

test.each([
  ['cut short', () => readFileSync(path(key)).subarray(0, -40)],
  ['empty', () => Buffer.alloc(0)],
  ['of something else', () => Buffer.alloc(5_000_000, 'PAR1')],
  ['with one byte changed', () => Buffer.from(readFileSync(path(key))).fill(0x55, 2_000, 2_001)],
])('an object %s is named', async (_, body) => {
  writeFileSync(path(key), body())
  const [found] = shortly(await copy.audit('books'))
  expect(found).toBe(`object_differs ${key} p0 9940-9979`)
  expect(shortly(await copy.audit())[0]).toContain(key)
})

test('an object that was sealed after the moment of the audit is no stranger', async () => {
  cpSync(path(key), path(`${folder}/wiki.recentchange-0-10020-10059.parquet`))
  expect(shortly(await copy.audit())).toEqual([])
})
