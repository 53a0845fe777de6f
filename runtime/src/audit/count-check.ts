import { createHash } from 'node:crypto'
import { aggregate, type Counted } from '../events/aggregate.ts'
import { decode } from '../events/decode.ts'
import { type LogRecord } from '../events/record.ts'
import { columnsOf, type Row, type Rows } from '../events/tables.ts'
import { blockOf } from './blocks.ts'
import { type Query } from './cut.ts'
import { type FindingSink } from './findings.ts'
import { type OffsetRow, streamRows } from './row-stream.ts'

/** What the log says was to be counted in a block of the ledger, and how many of its offsets it holds. */
export type BlockCounts = { block: bigint; events: bigint; dead: bigint }

/** Holds the rows of one partition against its log, record by record. */
export type CountCheck = {
  /** The next record; offsets must ascend. */
  take(record: LogRecord): Promise<void>
  /** After the last record. */
  finish(): Promise<void>
}

type DeadRow = OffsetRow & { reason: string; at: string; bytes: bigint; head: string | undefined }
type FeedRow = OffsetRow & { cells: Record<string, string> }
type Pending = Counted & { deadRow: DeadRow | undefined; feedRow: FeedRow | undefined }

/** Records whose rows are made at once. */
const chunkRecords = 500

const feedColumns = columnsOf('recent_change')
  .filter(({ role }) => role === 'keep')
  .map(({ name }) => name)

/**
 * Decides for each record of `[first, next)` what its count had to be, by the workers' own pure code, and compares
 * dead_letter and recent_change row by row. What has no offset goes to `onRows` as the rows it should have added,
 * blocks of the ledger to `onBlock` once they are through.
 * @param options.feedFromMs event time from which on every event has a row in recent_change
 */
export function checkCounts(options: {
  partition: number
  first: bigint
  next: bigint
  feedFromMs: number
  query: Query
  sink: FindingSink
  onRows: (rows: Rows, offsets: { first: bigint; last: bigint }) => void
  onBlock: (counts: BlockCounts) => void
}): CountCheck {
  const { partition, first, next, sink } = options
  const dead = streamRows((from, limit) => deadPage(options.query, partition, from, limit))
  const feed = streamRows((from, limit) => feedPage(options.query, partition, from, limit))
  let chunk: Pending[] = []
  let block: BlockCounts | undefined

  const flush = () => {
    const [head, tail] = [chunk[0], chunk.at(-1)]
    if (!head || !tail) return
    // The clock decides delays alone, which the log says nothing of.
    const rows = aggregate(partition, chunk, 0)
    options.onRows(rows, { first: head.record.offset, last: tail.record.offset })
    compareDead(partition, chunk, rows.dead_letter, sink)
    compareFeed(partition, chunk, rows.recent_change, options.feedFromMs, sink)
    chunk = []
  }
  return {
    async take(record) {
      if (record.offset < first || record.offset >= next) return
      const deadRow = await dead.at(record.offset)
      const feedRow = await feed.at(record.offset)
      const decoded = decodeAs(record, deadRow)
      const its = blockOf(record.offset)
      if (block?.block !== its) {
        if (block) options.onBlock(block)
        block = { block: its, events: 0n, dead: 0n }
      }
      if (decoded.ok) block.events++
      else block.dead++
      chunk.push({ record, decoded, deadRow, feedRow })
      if (chunk.length >= chunkRecords) flush()
    },
    async finish() {
      flush()
      if (block) options.onBlock(block)
    },
  }
}

/** The workers' answer; what the database refused is a dead letter by its own row alone. */
export function decodeAs(record: LogRecord, deadRow: { reason: string } | undefined): Counted['decoded'] {
  const decoded = decode(record)
  if (!decoded.ok || deadRow?.reason !== 'rejected_by_database') return decoded
  return { ok: false, dead: { reason: 'rejected_by_database', detail: '' } }
}

function compareDead(
  partition: number,
  chunk: readonly Pending[],
  expected: readonly Row<'dead_letter'>[],
  sink: FindingSink,
): void {
  const rows = new Map(expected.map(row => [row.offset, row]))
  for (const { record, deadRow } of chunk) {
    const row = rows.get(record.offset)
    if (!row && !deadRow) continue
    const place = { subject: 'dead_letter', partition, offsets: one(record.offset) }
    if (!row) {
      const says = 'the log holds an event there, not a dead letter'
      sink.add({ kind: 'dead_letter_extra', ...place, says })
    } else if (!deadRow) {
      const says = `the record can't be counted (${row.reason}), and has no row`
      sink.add({ kind: 'dead_letter_missing', ...place, expected: row.reason, says })
    } else {
      const wrong = differences({ ...deadCells(row), head: md5(row.value_head) }, deadRowCells(deadRow))
      if (wrong.length === 0) continue
      const says = `its row differs from the record in ${wrong.join(', ')}`
      sink.add({ kind: 'dead_letter_differs', ...place, key: wrong.join(', '), says })
    }
  }
}

function deadCells(row: Row<'dead_letter'>): Record<string, string> {
  return { reason: row.reason, appended_at: row.appended_at, value_bytes: String(row.value_bytes) }
}

function deadRowCells(row: DeadRow): Record<string, string> {
  const cells = { reason: row.reason, appended_at: row.at, value_bytes: String(row.bytes) }
  // Retention takes the head and leaves the row.
  return row.head === undefined ? cells : { ...cells, head: row.head }
}

function compareFeed(
  partition: number,
  chunk: readonly Pending[],
  expected: readonly Row<'recent_change'>[],
  fromMs: number,
  sink: FindingSink,
): void {
  const rows = new Map(expected.map(row => [row.offset, row]))
  for (const { record, feedRow } of chunk) {
    const row = rows.get(record.offset)
    const place = { subject: 'recent_change', partition, offsets: one(record.offset) }
    if (!row && feedRow) {
      const says = 'the log holds a dead letter there, not an event'
      sink.add({ kind: 'feed_extra', ...place, says })
    } else if (row && !feedRow && Date.parse(row.dt) >= fromMs) {
      sink.add({ kind: 'feed_missing', ...place, key: `${row.wiki}, ${row.title}`, says: 'it has no row' })
    } else if (row && feedRow) {
      const wrong = differences(feedCells(row), feedRow.cells)
      if (wrong.length === 0) continue
      const says = `its row differs from the event in ${wrong.join(', ')}`
      sink.add({ kind: 'feed_differs', ...place, key: wrong.join(', '), says })
    }
  }
}

function feedCells(row: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(feedColumns.map(name => [name, cellText(row[name])]))
}

function cellText(value: unknown): string {
  if (value instanceof Date) return value.toISOString()
  return value === null ? 'null' : `=${value}`.slice(1)
}

/** The names under which the second has other cells than the first; names it doesn't have are not compared. */
function differences(a: Record<string, string>, b: Record<string, string>): string[] {
  return Object.keys(b).filter(name => a[name] !== b[name])
}

async function deadPage(query: Query, partition: number, from: bigint, limit: number): Promise<DeadRow[]> {
  const rows = await query<Record<string, string> & { at: Date; head: string | null }>(
    `SELECT "offset", reason, appended_at AS at, value_bytes AS bytes, md5(value_head) AS head FROM dead_letter
     WHERE partition = $1 AND "offset" >= $2 ORDER BY "offset" LIMIT $3`,
    [partition, from, limit],
  )
  return rows.map(row => ({
    offset: BigInt(row.offset ?? 0),
    reason: row.reason ?? '',
    at: row.at.toISOString(),
    bytes: BigInt(row.bytes ?? 0),
    head: row.head ?? undefined,
  }))
}

async function feedPage(query: Query, partition: number, from: bigint, limit: number): Promise<FeedRow[]> {
  const rows = await query<{ offset: string }>(
    `SELECT * FROM recent_change WHERE partition = $1 AND "offset" >= $2 ORDER BY "offset" LIMIT $3`,
    [partition, from, limit],
  )
  return rows.map(row => ({ offset: BigInt(row.offset), cells: feedCells({ ...row }) }))
}

function md5(bytes: Uint8Array | null): string {
  return createHash('md5')
    .update(bytes ?? '')
    .digest('hex')
}

function one(offset: bigint): { first: bigint; last: bigint } {
  return { first: offset, last: offset }
}
