import { type PartitionBooks } from './books.ts'
import { type Snapshot, type StoredOffset } from './cut.ts'
import { type Findings } from './findings.ts'
import { type FullPass } from './full-pass.ts'
import { type LakeBooks } from './lake-books.ts'
import { type LogEnds } from './log-pass.ts'
import { type AuditReport, type PartitionReport } from './report.ts'
import { counted, number } from './words.ts'

/** What an audit has gathered. */
export type Gathered = {
  snapshot: Snapshot
  depth: AuditReport['depth']
  clusterId: string
  books: readonly PartitionBooks[]
  lake: LakeBooks
  ends: ReadonlyMap<number, LogEnds>
  own: ReadonlyMap<number, StoredOffset>
  full: FullPass | undefined
  findings: Findings
  source: AuditReport['source']
}

/** Puts what an audit has gathered side by side. Pure. */
export function makeReport(gathered: Gathered): Omit<AuditReport, 'tookMs'> {
  const { snapshot, depth, clusterId, full, findings } = gathered
  const partitions = gathered.books.map(books => partitionReport(books, gathered))
  const sum = (of: (partition: PartitionReport) => bigint) =>
    partitions.reduce((total, partition) => total + of(partition), 0n)
  const totals = {
    records: sum(({ counted }) => counted.next - counted.first),
    events: sum(({ counted }) => counted.events),
    deadLetters: sum(({ counted }) => counted.deadLetters),
    lakeRows: sum(({ lake }) => lake.rows),
    lakeObjects: Number(sum(({ lake }) => BigInt(lake.objects))),
    lakePending: Number(sum(({ lake }) => BigInt(lake.pending))),
    lag: sum(({ log, counted }) => (log.end > counted.next ? log.end - counted.next : 0n)),
    read: sum(({ read }) => read?.records ?? 0n),
    buckets: full?.buckets ?? 0,
  }
  return {
    verdict: findings.listed.length === 0 ? 'conserved' : 'not conserved',
    depth,
    cutAt: snapshot.takenAt.toISOString(),
    clusterId,
    totals,
    partitions,
    findings,
    notes: notesOf(gathered, partitions, totals),
    source: gathered.source,
  }
}

function partitionReport(
  books: PartitionBooks,
  { lake, ends, own, full, findings }: Gathered,
): PartitionReport {
  const { partition, first, next, ledger } = books
  const tiling = lake.tilings.get(partition)
  const stored = own.get(partition)
  const passed = full?.passed.get(partition)
  return {
    partition,
    log: ends.get(partition) ?? { start: 0n, end: 0n },
    counted: { first, next, events: ledger.processed, deadLetters: books.deadRows },
    lake: {
      first: stored?.first ?? 0n,
      next: stored?.next ?? 0n,
      rows: tiling?.rows ?? 0n,
      objects: tiling?.objects ?? 0,
      pending: tiling?.pending ?? 0,
    },
    read: passed && { records: passed.records, retired: passed.retired },
    isConserved: !findings.listed.some(finding => finding.partition === partition),
  }
}

function notesOf(
  { full }: Gathered,
  partitions: readonly PartitionReport[],
  totals: AuditReport['totals'],
): string[] {
  const notes: string[] = []
  if (totals.lag > 0n) {
    notes.push(`not judged: ${counted(totals.lag, 'record')} that the log holds and nobody has counted yet`)
  }
  const open = partitions.reduce((sum, { counted, lake }) => sum + behind(counted.next, lake.next), 0n)
  if (open > 0n) notes.push(`not sealed for the lake yet: ${counted(open, 'counted record')}`)
  if (totals.lakePending > 0) {
    notes.push(`sealed and about to be written: ${counted(totals.lakePending, 'range')} of the lake`)
  }
  const retired = partitions.reduce((sum, { read }) => sum + (read?.retired ?? 0n), 0n)
  if (retired > 0n) {
    notes.push(
      `retention has taken ${counted(retired, 'counted record')} from the log: of those only the sums are judged`,
    )
  }
  if (full && full.judgedFromMs > 0) {
    notes.push(
      Number.isFinite(full.judgedFromMs)
        ? `minutes before ${new Date(full.judgedFromMs).toISOString()} are held against each other, not against the log`
        : 'the log lacks records, so minutes are held against each other, not against the log',
    )
  }
  if (!full)
    notes.push(`the log was not read: for ${number(totals.records)} records only the sums are judged`)
  return notes
}

function behind(ahead: bigint, next: bigint): bigint {
  return ahead > next ? ahead - next : 0n
}
