import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, expect, test, vi } from 'vitest'
import { columns } from './columns.ts'
import { encodeObject } from './encode.ts'
import { restore } from './flatten.ts'
import { ObjectFormatError, readFooter, readRows } from './reader.ts'
import { toLakeRecord } from './record.ts'
import { toRow } from './row.ts'

const folder = mkdtempSync(join(tmpdir(), 'wikiflow-parquet-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What DuckDB, which shares no code with the writer, reads in a file. */
async function duckdb(object: Buffer, sql: string): Promise<Record<string, unknown>[]> {
  const file = join(folder, `${crypto.randomUUID()}.parquet`)
  writeFileSync(file, object)
  const connection = await (await DuckDBInstance.create()).connect()
  try {
    const result = await connection.runAndReadAll(sql.replaceAll('$file', `'${file}'`))
    return result.getRowObjectsJS()
  } finally {
    connection.closeSync()
  }
}

/** Fields of an event that is counted, or bytes that make a dead letter. */
const hostile = [
  '"title":"a\\u0000b","comment":"‮ עברית 𝒳"',
  '"title":"a\\ud800b"',
  '"title":"","id":9007199254740991,"timestamp":-5,"log_params":{"a":[1]}',
  '"title":"","id":9007199254740993',
  'not json',
  '"title":"t","patrolled":7,"unknown":{"deep":[null]}',
  `"title":"t","comment":"${'ü'.repeat(400_000)}"`,
]
const dt = '"meta":{"dt":"2026-08-04T15:24:29Z"}'
const needed = `"type":"edit","wiki":"dewiki","namespace":0,"bot":false,"minor":false,${dt}`
function rowOf(partition: number, offset: number, json: string) {
  const value = Buffer.from(json)
  const message = { offset: String(offset), timestamp: String(1_785_857_069_724 + offset), value }
  return toRow(partition, toLakeRecord(message))
}
const hostileRows = hostile.map((fields, index) =>
  rowOf(2, 1_000 + index, fields.startsWith('"') ? `{${needed},${fields}}` : fields),
)
const hostileRange = { partition: 2, first: 1_000n, last: 1_006n, rows: hostile.length }

function plainRows(count: number) {
  return Array.from({ length: count }, (_, index) => {
    // The first page of rows has no length: its statistics must not hide the others'.
    const length = index < 1_000 ? '' : `,"length":{"old":0,"new":${index}}`
    return rowOf(0, index, `{${needed},"title":"t","id":${-index}${length}}`)
  })
}

test('DuckDB reads every row as it was written, hostile ones as well', async () => {
  const object = await encodeObject(hostileRange, hostileRows)
  const seen = await duckdb(object, 'SELECT * FROM read_parquet($file) ORDER BY kafka_offset')
  expect(seen).toHaveLength(hostileRows.length)
  for (const [index, row] of hostileRows.entries()) {
    for (const { name, type } of columns) {
      const cell = row[name]
      const got = seen[index]?.[name]
      if (cell === undefined) expect(got, name).toBeNull()
      else if (type === 'integer') expect(got, name).toBe(BigInt(Number(cell)))
      else if (type === 'time') expect(got, name).toEqual(new Date(Number(cell)))
      else if (type === 'bytes')
        expect(Buffer.from((got as { bytes: Uint8Array }).bytes ?? got)).toEqual(cell)
      else expect(got, name).toBe(cell)
    }
  }
})

test('our own reader gives the same rows, and the events in them', async () => {
  const object = await encodeObject(hostileRange, hostileRows)
  const rows = await readRows(object)
  expect(rows.map(row => restore(row))).toEqual(hostileRows.map(row => restore(row)))
  expect(await readRows(object, ['kafka_offset'])).toEqual(
    hostile.map((_, index) => ({ kafka_offset: 1_000 + index })),
  )
})

test('the footer says which offsets are there, and the statistics agree', async () => {
  const object = await encodeObject(hostileRange, hostileRows)
  expect(await readFooter(object)).toEqual({
    topic: 'wiki.recentchange',
    partition: 2,
    first: 1_000n,
    last: 1_006n,
    rows: 7,
    schemaVersion: 1,
    countedRows: 7,
    offsets: { min: 1_000n, max: 1_006n },
  })
  const said = await duckdb(object, 'SELECT key::VARCHAR k, value::VARCHAR v FROM parquet_kv_metadata($file)')
  expect(said).toContainEqual({ k: 'last', v: '1006' })
})

test('several pages are one row group, and a filter on statistics loses no row', async () => {
  const object = await encodeObject({ partition: 0, first: 0n, last: 1_199n, rows: 1_200 }, plainRows(1_200))
  const [groups] = await duckdb(
    object,
    'SELECT count(DISTINCT row_group_id) AS n FROM parquet_metadata($file)',
  )
  expect(groups?.n).toBe(1n)
  const [found] = await duckdb(
    object,
    'SELECT count(*) AS n, min(id) AS least FROM read_parquet($file) WHERE length_new > 1100 AND id < -1100',
  )
  expect(found).toEqual({ n: 99n, least: -1_199n })
  expect((await readRows(object, ['kafka_offset'])).map(row => row.kafka_offset)).toEqual(
    Array.from({ length: 1_200 }, (_, index) => index),
  )
})

test('the same records give the same bytes, at any time', async () => {
  const range = { partition: 0, first: 0n, last: 299n, rows: 300 }
  const once = await encodeObject(range, plainRows(300))
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2031, 0, 1) })
  expect(await encodeObject(range, plainRows(300))).toEqual(once)
  vi.useRealTimers()
})

test('an object that was cut short, or is something else, is refused in a sentence', async () => {
  const object = await encodeObject(hostileRange, hostileRows)
  for (const bytes of [
    Buffer.alloc(0),
    Buffer.from('hello, this is no parquet file'),
    object.subarray(0, object.length - 1),
    object.subarray(0, object.length / 2),
    Buffer.concat([object.subarray(0, 4), object.subarray(object.length - 8)]),
  ]) {
    await expect(readFooter(bytes)).rejects.toThrow(ObjectFormatError)
    await expect(readFooter(bytes)).rejects.toThrow('not a whole Parquet object')
  }
})

test('rows that are not those of the range are not written', async () => {
  await expect(encodeObject({ ...hostileRange, rows: 8 }, hostileRows)).rejects.toThrow(
    '8 rows were to be written, not 7',
  )
  await expect(encodeObject({ ...hostileRange, rows: 1 }, [{ kafka_partition: 2 }])).rejects.toThrow(
    'offsets 1000 to 1006 of partition 2: missing required field: kafka_offset',
  )
})
