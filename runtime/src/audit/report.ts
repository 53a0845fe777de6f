import { type Findings } from './findings.ts'

/** Where one partition stands in each store, side by side. Offsets: `next` and `end` are the first one after. */
export type PartitionReport = {
  partition: number
  log: { start: bigint; end: bigint }
  counted: { first: bigint; next: bigint; events: bigint; deadLetters: bigint }
  lake: { first: bigint; next: bigint; rows: bigint; objects: number; pending: number }
  /** Records read from the log and compared, and those that retention had taken; undefined when it wasn't read. */
  read: { records: bigint; retired: bigint } | undefined
  isConserved: boolean
}

/**
 * What the simulator says: events it has made, those it sent since its process started, and how many simulated
 * records the database has counted (of the minutes it still keeps). Undefined when it doesn't answer.
 */
export type SourceReport = {
  happened: number | undefined
  sent: number | undefined
  counted: number
  says: string
}

/** What an audit found out. */
export type AuditReport = {
  verdict: 'conserved' | 'not conserved'
  /** `books` held the stores' own sums against each other; `full` read the log record by record as well. */
  depth: 'books' | 'full'
  /** The moment of the database up to which everything is judged. */
  cutAt: string
  clusterId: string
  tookMs: number
  totals: {
    /** Offsets up to the cut. */
    records: bigint
    events: bigint
    deadLetters: bigint
    lakeRows: bigint
    lakeObjects: number
    lakePending: number
    /** In the log, and not counted yet at the cut. */
    lag: bigint
    /** Records of the log that were read and compared. */
    read: bigint
    /** Minutes and hours of the metric tables whose sums were made again from the log. */
    buckets: number
  }
  partitions: PartitionReport[]
  findings: Findings
  /** What a reader should know and isn't wrong. */
  notes: string[]
  source: SourceReport | undefined
}

/** The exit code of an audit: 0 conserved, 2 not conserved; 1 is for one that couldn't tell. */
export function exitCode({ verdict }: AuditReport): 0 | 2 {
  return verdict === 'conserved' ? 0 : 2
}

/** The report as JSON; offsets and counts are numbers. */
export function toJson(report: AuditReport): string {
  return JSON.stringify(
    report,
    (_key, value: unknown) => (typeof value === 'bigint' ? Number(value) : value),
    2,
  )
}
