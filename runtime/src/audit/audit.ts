import { type Admin, type Kafka, readClusterId, readLogEnds } from '../platform/kafka.ts'
import { type ObjectStore } from '../platform/object-store.ts'
import { type createPool } from '../platform/postgres.ts'
import { balance, type PartitionBooks } from './books.ts'
import { crossCheck, selfCheck } from './cross-check.ts'
import { type Cut, openCut, type Query, type Snapshot, type StoredOffset } from './cut.ts'
import { type Finding, type FindingSink, gatherFindings } from './findings.ts'
import { type FullPass, type Progress, passEverything, type Subject } from './full-pass.ts'
import { auditLakeBooks, type LakeBooks } from './lake-books.ts'
import { inspectObjects } from './lake-inspect.ts'
import { type LakeRangeRow, rangesOf } from './lake-ranges.ts'
import { compareEnds, ownOffsets } from './log-books.ts'
import { type LogEnds, type ReadLog } from './log-pass.ts'
import { makeReport } from './make-report.ts'
import { type AuditReport } from './report.ts'
import { settleBooks, withoutNamed, withoutNamedFeed } from './settle.ts'
import { compareTally } from './source-tally.ts'
import { readSteadily } from './steady-read.ts'
import { findStrays } from './strays.ts'

export type AuditOptions = {
  kafka: Kafka
  pool: ReturnType<typeof createPool>
  store: ObjectStore
  depth: AuditReport['depth']
  /** How the log is read; by a short-lived group, unless given. */
  read?: ReadLog
  /** Where the simulator tells what it sent, if it is the source. */
  tallyUrl?: string
  /** How long the log may give nothing before it is given up, in ms. */
  stallMs?: number
  onProgress?: Progress
  signal?: AbortSignal
}

/** kafkajs tries for half a minute where a broker is away; twice that is no hiccup. */
const stallMs = 60_000

/**
 * Holds log, database and lake against each other up to one moment of the database, while everything runs on. Reads
 * alone: in the three stores nothing is changed, but for a short-lived group in Kafka.
 * @throws the errors of the stores, when one can't be reached.
 */
export async function audit(options: AuditOptions): Promise<AuditReport> {
  const startedMs = performance.now()
  const admin = options.kafka.admin()
  await admin.connect()
  try {
    const clusterId = await readClusterId(admin)
    const cut = await openCut(options.pool)
    try {
      const report = await auditCut(options, cut, admin, clusterId)
      return { ...report, tookMs: Math.round(performance.now() - startedMs) }
    } finally {
      await cut.close()
    }
  } finally {
    await admin.disconnect()
  }
}

async function auditCut(
  options: AuditOptions,
  cut: Cut,
  admin: Admin,
  clusterId: string,
): Promise<Omit<AuditReport, 'tookMs'>> {
  const { depth, store, onProgress = () => {} } = options
  const { snapshot, query } = cut
  const sink = gatherFindings()
  // Read after the snapshot: what was counted in it must stand in the log by now.
  const ends = await readLogEnds(admin)
  const own = ownOffsets(snapshot, clusterId)
  const partitions = allPartitions(snapshot, ends)
  const books = partitions.map(partition => balance(partition, snapshot, own.counts.get(partition)))
  const logStarts = new Map([...ends].map(([partition, { start }]) => [partition, start]))
  const lake = await auditLakeBooks(query, store, own.lake, logStarts, partitions, sink)
  addAll(sink, own.findings)
  // Offsets of another cluster's log say nothing of this one.
  const isOwn = own.findings.length === 0
  if (isOwn) {
    for (const of of books) addAll(sink, compareEnds(of, own.lake.get(of.partition), ends.get(of.partition)))
    addAll(sink, await findStrays(query, books))
  }
  let full: FullPass | undefined
  if (depth === 'full' && isOwn) {
    const subjects = books.flatMap(of => subjectOf(of, lake, own.lake.get(of.partition), ends, query))
    full = await passEverything({
      cut,
      subjects,
      store,
      sink,
      read: options.read ?? readSteadily(options.kafka, options.stallMs ?? stallMs, options.signal),
      readEnds: () => readLogEnds(admin),
      onProgress,
    })
  } else {
    const ranges = partitions.map(partition => readable(rangesOf(query, partition), lake))
    const total = [...lake.tilings.values()].reduce((sum, tiling) => sum + tiling.objects, 0)
    await inspectObjects({
      store,
      ranges,
      sink,
      onDone: done => onProgress({ what: 'objects', done, total }),
    })
  }
  const times = { fromMs: 0, toMs: full?.judgedFromMs ?? Number.POSITIVE_INFINITY }
  addAll(sink, withoutNamedFeed(await crossCheck(query, snapshot.horizons, times), sink))
  addAll(sink, withoutNamed(await selfCheck(query), sink))
  addAll(sink, settleBooks(books, full, sink))
  const { tallyUrl } = options
  return makeReport({
    ...{ snapshot, depth, clusterId, books, lake, ends, own: own.lake, full },
    findings: sink.result(),
    source: tallyUrl === undefined ? undefined : await compareTally(tallyUrl, query),
  })
}

function addAll(sink: FindingSink, findings: readonly Finding[]): void {
  for (const finding of findings) sink.add(finding)
}

/** The topic's partitions, and those that only some row speaks of. */
function allPartitions(snapshot: Snapshot, ends: ReadonlyMap<number, LogEnds>): number[] {
  const { offsets, lakeOffsets, ledger, deadRows, flow, retired } = snapshot
  const rows = [...offsets, ...lakeOffsets].map(({ partition }) => partition)
  const keys = [ends, ledger, deadRows, flow, retired].flatMap(map => [...map.keys()])
  return [...new Set([...rows, ...keys])].sort((a, b) => a - b)
}

function subjectOf(
  books: PartitionBooks,
  lake: LakeBooks,
  stored: StoredOffset | undefined,
  ends: ReadonlyMap<number, LogEnds>,
  query: Query,
): Subject[] {
  const { partition } = books
  const log = ends.get(partition)
  if (!log) return []
  return [
    {
      books,
      ends: log,
      lakeFirst: stored?.first ?? books.first,
      lakeNext: lake.tilings.get(partition)?.next ?? 0n,
      ranges: readable(rangesOf(query, partition), lake),
    },
  ]
}

/** The ranges whose object can be held against them. */
async function* readable(
  ranges: AsyncIterable<LakeRangeRow>,
  { unreadable }: LakeBooks,
): AsyncIterable<LakeRangeRow> {
  for await (const range of ranges) if (range.isWritten && !unreadable.has(range.key)) yield range
}
