import { type Query } from './cut.ts'

/** A sealed range of the lake, as the database has it. */
export type LakeRangeRow = {
  partition: number
  first: bigint
  last: bigint
  rows: number
  key: string
  isWritten: boolean
  bytes: number | undefined
  sha256: string | undefined
}

type StoredRow = {
  partition: number
  first_offset: string
  last_offset: string
  rows: string
  object_key: string
  written_at: Date | null
  bytes: string | null
  sha256: string | null
}

/** Ranges read in one query. */
const pageRows = 1_000

/** Every range in the order of the objects' keys (bytes), a page at a time. @throws the database's error. */
export async function* rangesByKey(query: Query): AsyncIterable<LakeRangeRow> {
  for (let after = ''; ; ) {
    const rows = await query<StoredRow>(
      `SELECT partition, first_offset, last_offset, rows, object_key, written_at, bytes, sha256 FROM lake_range
       WHERE object_key COLLATE "C" > $1 ORDER BY object_key COLLATE "C" LIMIT ${pageRows}`,
      [after],
    )
    yield* rows.map(toRange)
    const last = rows.at(-1)
    if (!last || rows.length < pageRows) return
    after = last.object_key
  }
}

/** The ranges of a partition in offset order, a page at a time. @throws the database's error. */
export async function* rangesOf(query: Query, partition: number): AsyncIterable<LakeRangeRow> {
  for (let after = -1n; ; ) {
    const rows = await query<StoredRow>(
      `SELECT partition, first_offset, last_offset, rows, object_key, written_at, bytes, sha256 FROM lake_range
       WHERE partition = $1 AND first_offset > $2 ORDER BY first_offset LIMIT ${pageRows}`,
      [partition, after],
    )
    yield* rows.map(toRange)
    const last = rows.at(-1)
    if (!last || rows.length < pageRows) return
    after = BigInt(last.first_offset)
  }
}

function toRange(row: StoredRow): LakeRangeRow {
  return {
    partition: row.partition,
    first: BigInt(row.first_offset),
    last: BigInt(row.last_offset),
    rows: Number(row.rows),
    key: row.object_key,
    isWritten: row.written_at !== null,
    bytes: row.bytes === null ? undefined : Number(row.bytes),
    sha256: row.sha256 ?? undefined,
  }
}
