import { toRecord } from '../events/record.ts'
import { toLakeRecord } from '../lake/record.ts'
import { type ObjectStore } from '../platform/object-store.ts'
import { max, min } from './blocks.ts'
import { type PartitionBooks } from './books.ts'
import { type BlockCounts, checkCounts } from './count-check.ts'
import { type Cut } from './cut.ts'
import { findDuplicates } from './duplicates.ts'
import { type FindingSink, type Offsets } from './findings.ts'
import { addFingerprints, noFingerprints } from './fingerprint.ts'
import { checkLake } from './lake-check.ts'
import { type LakeRangeRow } from './lake-ranges.ts'
import { judgeBlocks } from './ledger-check.ts'
import { type MinuteSpans } from './locate.ts'
import { type LogEnds, type Passed, passLog, type ReadLog } from './log-pass.ts'
import { compareMetrics } from './metric-check.ts'

/** Told again and again of how far an audit got. */
export type Progress = (state: { what: 'records' | 'objects'; done: number; total: number }) => void

/** A partition with all that is compared in it. */
export type Subject = {
  books: Pick<PartitionBooks, 'partition' | 'first' | 'next'>
  /** Up to where the lake is sealed. */
  lakeNext: bigint
  lakeFirst: bigint
  ranges: AsyncIterable<LakeRangeRow>
  ends: LogEnds
}

/** What the pass over the log found out besides findings. */
export type FullPass = {
  passed: ReadonlyMap<number, Passed>
  /** Blocks of the ledger, `partition block`, that the log holds whole: it has judged them. */
  judgedBlocks: ReadonlySet<string>
  /** Event time from which the log alone has judged the metric tables, ms since 1970; Infinity when it couldn't. */
  judgedFromMs: number
  buckets: number
}

/**
 * Reads the log once up to the cut, and holds every record against the tables and the lake. Memory stays flat: it
 * holds one number for a minute or hour of each metric table, one for a block of the ledger, one object of the lake
 * a partition, and a window of identities.
 */
export async function passEverything(options: {
  cut: Cut
  subjects: readonly Subject[]
  store: ObjectStore
  read: ReadLog
  readEnds: () => Promise<ReadonlyMap<number, LogEnds>>
  sink: FindingSink
  onProgress: Progress
}): Promise<FullPass> {
  const { cut, sink } = options
  const ranges = new Map(options.subjects.map(subject => [subject.books.partition, rangeOf(subject)]))
  const total = Number([...ranges.values()].reduce((sum, { from, to }) => sum + to - from, 0n))
  let done = 0
  const { horizons, ledger } = cut.snapshot
  const horizonMs = (table: string) => horizons.get(table)?.getTime() ?? 0
  const expected = noFingerprints()
  const spans: MinuteSpans = new Map()
  const blocks = new Map<number, BlockCounts[]>()
  const firstAppendedMs = new Map<number, number>()

  const checks = new Map(
    options.subjects.map(({ books, ranges }) => {
      const { partition, first, next } = books
      const own: BlockCounts[] = []
      blocks.set(partition, own)
      const counts = checkCounts({
        partition,
        first,
        next,
        feedFromMs: horizonMs('recent_change'),
        query: cut.query,
        sink,
        onRows: (rows, offsets) => {
          addFingerprints(expected, rows, horizonMs)
          for (const { minute } of rows.flow_minute) widen(spans, Date.parse(minute), partition, offsets)
        },
        onBlock: counts => own.push(counts),
      })
      const lake = checkLake({ partition, ranges, store: options.store, sink })
      return [partition, { counts, lake, duplicates: findDuplicates() }] as const
    }),
  )
  const passed = await passLog({
    ranges,
    read: options.read,
    readEnds: options.readEnds,
    onRecord: async (partition, message) => {
      const check = checks.get(partition)
      if (!check) return
      const record = toRecord(message)
      if (!firstAppendedMs.has(partition)) firstAppendedMs.set(partition, record.appendedAtMs)
      const before = check.duplicates.see(record)
      if (before !== undefined) {
        sink.add({
          kind: 'log_duplicate',
          subject: 'log',
          partition,
          offsets: { first: record.offset, last: record.offset },
          found: String(before),
          says: `the event at offset ${record.offset} stands at offset ${before} already`,
        })
      }
      await check.counts.take(record)
      await check.lake.take(toLakeRecord(message))
      options.onProgress({ what: 'records', done: ++done, total })
    },
  })
  for (const { counts, lake } of checks.values()) {
    await counts.finish()
    await lake.finish()
  }
  for (const [partition, { missing }] of passed) {
    for (const offsets of missing) {
      const says = 'the log goes on behind them, and retention did not take them'
      sink.add({ kind: 'log_missing', subject: 'log', partition, offsets, says })
    }
  }
  const judgedBlocks = new Set<string>()
  for (const { books } of options.subjects) {
    const stored = new Map((ledger.get(books.partition) ?? []).map(row => [row.block, row]))
    for (const block of judgeBlocks(books, blocks.get(books.partition) ?? [], stored, sink)) {
      judgedBlocks.add(`${books.partition} ${block}`)
    }
  }
  const judgedFromMs = judgeableFrom(options.subjects, passed, firstAppendedMs)
  const { read } = options
  const { query } = cut
  const buckets = await compareMetrics({
    expected,
    spans,
    fromMs: judgedFromMs,
    horizonMs,
    read,
    query,
    sink,
  })
  return { passed, judgedBlocks, judgedFromMs, buckets }
}

/** What is read of a partition: from where counting or the lake began, up to where either got. */
function rangeOf({ books, lakeFirst, lakeNext, ends }: Subject): { from: bigint; to: bigint } {
  const from = min(books.first, lakeFirst)
  const to = min(ends.end, max(books.next, lakeNext))
  return { from, to: max(from, to) }
}

function widen(spans: MinuteSpans, minute: number, partition: number, { first, last }: Offsets): void {
  const of = spans.get(minute) ?? new Map<number, Offsets>()
  spans.set(minute, of)
  const known = of.get(partition)
  of.set(partition, { first: known?.first ?? first, last })
}

/** No event is counted whose time is later than this after it was appended: `dt_in_future` of the dead letters. */
const aheadMs = 24 * 3_600_000

/**
 * The event time from which the log holds every event that was counted. Where retention took a partition's first
 * records, those had times up to a day after the first record that is left.
 */
function judgeableFrom(
  subjects: readonly Subject[],
  passed: ReadonlyMap<number, Passed>,
  firstAppendedMs: ReadonlyMap<number, number>,
): number {
  let fromMs = 0
  for (const { books, ends } of subjects) {
    if (books.first === books.next) continue
    const of = passed.get(books.partition)
    if (!of || of.missing.length > 0 || ends.end < books.next) return Number.POSITIVE_INFINITY
    if (of.retired === 0n) continue
    const appendedMs = firstAppendedMs.get(books.partition)
    fromMs = Math.max(fromMs, (appendedMs ?? Number.POSITIVE_INFINITY) + aheadMs)
  }
  return fromMs
}
