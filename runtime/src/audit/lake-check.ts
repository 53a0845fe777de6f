import { readRows } from '../lake/reader.ts'
import { type LakeRecord } from '../lake/record.ts'
import { toRow } from '../lake/row.ts'
import { type ObjectStore } from '../platform/object-store.ts'
import { type Finding, type FindingSink } from './findings.ts'
import { differingColumns, inspectObject, type KnownRow, rowIdentity } from './lake-object.ts'
import { type LakeRangeRow } from './lake-ranges.ts'

/** Holds the objects of one partition against its log, row by row. */
export type LakeCheck = {
  /** The next record; offsets must ascend. */
  take(record: LakeRecord): Promise<void>
  /** After the last record: what is left is held against itself. */
  finish(): Promise<void>
}

type Open = {
  range: LakeRangeRow
  problems: string[]
  /** Identities by offset; undefined when the object can't be read. */
  rows: Map<bigint, string> | undefined
  /** Its rows are known to be wrong already. */
  isNamed: boolean
}

/**
 * Reads the objects of the given ranges, one at a time as the log goes by, and compares every row with its record. An
 * object whose records the log no longer holds is held against its range alone: every offset once, in order.
 */
export function checkLake(options: {
  partition: number
  ranges: AsyncIterable<LakeRangeRow>
  store: ObjectStore
  sink: FindingSink
}): LakeCheck {
  const { partition, store, sink } = options
  const ranges = options.ranges[Symbol.asyncIterator]()
  let open: Open | undefined
  let isEnd = false

  const close = () => {
    if (open && !open.isNamed && open.problems.length > 0) sink.add(objectDiffers(open.range, open.problems))
    open = undefined
  }
  const openNext = async () => {
    close()
    const { value: range, done } = await ranges.next()
    if (done) {
      isEnd = true
      return
    }
    const { problems, rows } = await inspectObject(range, await store.read(range.key), true)
    const wrong = rows ? checkOwnRows(range, rows) : []
    for (const finding of wrong) sink.add(finding)
    open = {
      range,
      problems,
      rows:
        rows &&
        new Map(rows.filter(row => row.partition === partition).map(row => [row.offset, row.identity])),
      isNamed: wrong.length > 0,
    }
  }
  const differs = async (range: LakeRangeRow, record: LakeRecord, isFirst: boolean): Promise<Finding> => {
    const columns = isFirst ? await findDifference(store, range, record) : []
    return {
      kind: 'row_differs',
      subject: range.key,
      partition,
      offsets: { first: record.offset, last: record.offset },
      ...(columns.length > 0 && { key: columns.join(', ') }),
      says: `the row differs from the record${columns.length > 0 ? ` in ${columns.join(', ')}` : ''}`,
    }
  }
  return {
    async take(record) {
      while (!isEnd && (!open || record.offset > open.range.last)) await openNext()
      if (!open?.rows || record.offset < open.range.first) return
      const identity = open.rows.get(record.offset)
      if (identity === undefined) {
        // Where the range has no holes its own rows have told this already.
        if (!isDense(open.range)) sink.add(missingRows(open.range, record.offset, record.offset))
        open.isNamed = true
      } else if (identity !== rowIdentity(toRow(partition, record))) {
        sink.add(await differs(open.range, record, !open.isNamed))
        open.isNamed = true
      }
    },
    async finish() {
      while (!isEnd) await openNext()
      close()
    },
  }
}

/** What is wrong with an object by its own recorded facts, as one finding. */
export function objectDiffers({ key, partition, first, last }: LakeRangeRow, problems: string[]): Finding {
  return {
    kind: 'object_differs',
    subject: key,
    partition,
    offsets: { first, last },
    says: `it is not what was written: ${problems.join('; ')}`,
  }
}

function isDense({ rows, first, last }: LakeRangeRow): boolean {
  return BigInt(rows) === last - first + 1n
}

/** Every offset of the range once, in order; a range over a hole of the log may lack some. */
function checkOwnRows(range: LakeRangeRow, rows: readonly KnownRow[]): Finding[] {
  const findings: Finding[] = []
  let next = range.first
  for (const { offset, partition } of rows) {
    if (offset < next || offset > range.last || partition !== range.partition) {
      findings.push(extraRow(range, offset, partition))
      continue
    }
    if (offset > next && isDense(range)) findings.push(missingRows(range, next, offset - 1n))
    next = offset + 1n
  }
  if (next <= range.last && isDense(range)) findings.push(missingRows(range, next, range.last))
  return findings
}

function missingRows({ key, partition }: LakeRangeRow, first: bigint, last: bigint): Finding {
  return {
    kind: 'row_missing',
    subject: key,
    partition,
    offsets: { first, last },
    says: 'the object has no row for it',
  }
}

function extraRow({ key, partition }: LakeRangeRow, offset: bigint, itsPartition: number): Finding {
  return {
    kind: 'row_extra',
    subject: key,
    partition,
    offsets: { first: offset, last: offset },
    says:
      itsPartition === partition
        ? 'the object has a row of this offset too many, or out of order'
        : `the object has a row of partition ${itsPartition}`,
  }
}

/** The columns in which the object's row is not the record's; the object is read again, for its rows are not kept. */
async function findDifference(
  store: ObjectStore,
  range: LakeRangeRow,
  record: LakeRecord,
): Promise<string[]> {
  const rows = await readRows(await store.read(range.key))
  const row = rows.find(({ kafka_offset }) => BigInt(Number(kafka_offset)) === record.offset)
  return row ? differingColumns(row, toRow(range.partition, record)) : []
}
