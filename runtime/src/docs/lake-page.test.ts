import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lakeKey } from '../contract.ts'
import { editJson } from '../events/fixtures.ts'
import { columns } from '../lake/columns.ts'
import { encodeObject } from '../lake/encode.ts'
import { toLakeRecord } from '../lake/record.ts'
import { toRow } from '../lake/row.ts'
import { duckdbQueries, lakePage } from './lake-page.ts'

let folder: string
/** Files of two partitions and hours, of records whose last one is a dead letter. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-lake-page-'))
  for (const [partition, hour] of [
    [0, 8],
    [1, 11],
  ] as const) {
    const appendedAtMs = Date.UTC(2026, 10, 20, hour, 30)
    const meta = { dt: new Date(appendedAtMs).toISOString() }
    const values = [
      editJson({ meta, tags: ['mw-undo'], bot: false }),
      editJson({ meta, bot: true }),
      'no event',
    ]
    const rows = values.map((value, offset) =>
      toRow(
        partition,
        toLakeRecord({
          offset: String(offset),
          timestamp: String(appendedAtMs),
          value: Buffer.from(JSON.stringify(value)),
        }),
      ),
    )
    const range = { partition, first: 0n, last: 2n, rows: 3 }
    const path = join(folder, lakeKey({ ...range, appendedAtMs }))
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, await encodeObject(range, rows))
  }
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function ask(sql: string): Promise<Record<string, unknown>[]> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    const result = await connection.runAndReadAll(
      sql.replaceAll('FILES', join(folder, 'raw/dt=*/hour=*/*.parquet')),
    )
    return result.getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

test('every query of the page for DuckDB runs on a lake, and says what it promises', async () => {
  const [byType, busiest, extra, missing] = await Promise.all(duckdbQueries.map(ask))
  expect(byType).toEqual([{ type: 'edit', events: '2' }])
  expect(busiest).toHaveLength(2)
  expect(extra?.map(({ tags }) => tags)).toContain('["mw-undo"]')
  expect(missing).toEqual([])
})

test('a file that is missing is found by the query for it', async () => {
  const [, , , tiles = ''] = duckdbQueries
  const gap = tiles.replaceAll(
    "read_parquet('FILES')",
    "(FROM read_parquet('FILES') WHERE kafka_offset <> 1)",
  )
  expect(await ask(gap)).toHaveLength(2)
})

test('the page’s queries are those that are run here', () => {
  const [, page = ''] = /```sql\n([\s\S]*?)```/.exec(lakePage()) ?? []
  expect(page.replaceAll('.wikiflow/live/lake/raw/dt=*/hour=*/*.parquet', 'FILES').trim()).toBe(
    duckdbQueries.join('\n\n'),
  )
})

test('DuckDB reads each column as the page says', async () => {
  const described = await ask(
    `DESCRIBE SELECT * EXCLUDE (dt, hour) FROM read_parquet('FILES', hive_partitioning = true)`,
  )
  const types = new Map(described.map(one => [one.column_name, one.column_type]))
  const rows = [...lakePage().matchAll(/^\| (\w+) \| [^|]+ \| ([A-Z ]+) \| \w+ \|$/gm)]
  const named = new Map(rows.map(([, type, duckdb]) => [type, duckdb]))
  for (const { name, type } of columns) expect(types.get(name), name).toBe(named.get(type))
})
