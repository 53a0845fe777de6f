import { type OffsetRange } from '../platform/kafka.ts'
import { type Cursor } from '../platform/source-cursor.ts'
import { isAtOrBefore, mergeCursors } from './cursor.ts'

/** What a partition of the log holds: first offset, and the one after its last. */
export type LogEnds = ReadonlyMap<number, { start: bigint; end: bigint }>

/** How far back a partition has been read, and how old what stands there is. */
export type Reach = {
  from: bigint
  /** Cursors of the first records from there; several, for one alone can be dated wrongly. */
  first: readonly Cursor[]
}

/** Read of each partition in any case, in records: its last ones may be hours old. */
const leastRecords = 500n

const larger = (a: bigint, b: bigint) => (a > b ? a : b)
const smaller = (a: bigint, b: bigint) => (a < b ? a : b)

/**
 * What to read first: from the offset whose append time opens the window, at least the last 500 records, at most
 * `most`.
 * @param windowFrom by partition, the first offset appended in the window
 */
export function firstRanges(
  log: LogEnds,
  windowFrom: ReadonlyMap<number, bigint>,
  most: bigint,
): Map<number, OffsetRange> {
  const ranges = new Map<number, OffsetRange>()
  for (const [partition, { start, end }] of log) {
    const wanted = smaller(windowFrom.get(partition) ?? end, end - leastRecords)
    ranges.set(partition, { from: larger(start, larger(wanted, end - most)), to: end })
  }
  return ranges
}

/**
 * What must be read as well: the partitions that don't reach back to where a resume begins, each as far again as it
 * has been read, at most `most` records in all. Empty when the reading reaches far enough.
 * @param resume undefined when a resume begins at the source's start
 */
export function furtherRanges(
  log: LogEnds,
  reached: ReadonlyMap<number, Reach>,
  resume: Cursor | undefined,
  most: bigint,
): Map<number, OffsetRange> {
  const ranges = new Map<number, OffsetRange>()
  for (const [partition, { from, first }] of reached) {
    const held = log.get(partition)
    const oldest = mergeCursors(first)
    if (!held || (oldest && resume && isAtOrBefore(oldest, resume))) continue
    const next = larger(larger(held.start, held.end - most), from - (held.end - from))
    if (next < from) ranges.set(partition, { from: next, to: from })
  }
  return ranges
}
