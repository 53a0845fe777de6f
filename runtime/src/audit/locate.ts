import { aggregate, type Counted } from '../events/aggregate.ts'
import { toRecord } from '../events/record.ts'
import { type Rows } from '../events/tables.ts'
import { decodeAs } from './count-check.ts'
import { type Query } from './cut.ts'
import { type Finding, type FindingSink, type Offsets } from './findings.ts'
import { type ReadLog } from './log-pass.ts'
import { type MetricShape, type MetricTable, shapeOf } from './metrics.ts'

/** Buckets of a table that are looked into; the others are named without their rows. */
const lookedInto = 3

/** Where in the log the events of a minute lie: no further than these offsets, by minute (ms) and partition. */
export type MinuteSpans = Map<number, Map<number, Offsets>>

/**
 * Finds the rows that make buckets differ: reads the offsets of the first few again, adds their events up by key,
 * and compares them with the table's rows.
 * @param wrong the differing buckets, ms since 1970, by table
 */
export async function locate(options: {
  wrong: ReadonlyMap<MetricTable, readonly number[]>
  spans: MinuteSpans
  read: ReadLog
  query: Query
  sink: FindingSink
}): Promise<void> {
  const { wrong, query, sink } = options
  const looked = new Map([...wrong].map(([table, buckets]) => [table, new Set(buckets.slice(0, lookedInto))]))
  const expected = await expectedRows(looked, options)
  for (const [table, buckets] of wrong) {
    const shape = shapeOf(table)
    for (const at of buckets) {
      if (looked.get(table)?.has(at)) {
        const found = await foundRows(query, shape, at)
        for (const finding of compareRows(shape, at, expected.get(table) ?? new Map(), found))
          sink.add(finding)
      } else {
        const says = 'its sums are not those of the events in the log'
        sink.add({ kind: 'metric_wrong', subject: table, at: new Date(at).toISOString(), says })
      }
    }
  }
}

type Sums = Record<string, bigint>
type KeyedRows = Map<string, Sums>

const separator = '\x1f'

async function expectedRows(
  looked: ReadonlyMap<MetricTable, ReadonlySet<number>>,
  { spans, read, query }: { spans: MinuteSpans; read: ReadLog; query: Query },
): Promise<Map<MetricTable, KeyedRows>> {
  const expected = new Map([...looked.keys()].map((table): [MetricTable, KeyedRows] => [table, new Map()]))
  const ranges = rangesOf(looked, spans)
  const rejected = await rejectedOffsets(query, ranges)
  const add = (rows: Rows) => {
    for (const [table, into] of expected) {
      const shape = shapeOf(table)
      for (const row of rows[table] as readonly Record<string, unknown>[]) {
        const at = Date.parse(String(row[shape.bucket]))
        if (looked.get(table)?.has(at)) addRow(into, shape, at, row)
      }
    }
  }
  await read(ranges, async (partition, message) => {
    const record = toRecord(message)
    const reason = rejected.has(`${partition} ${record.offset}`) ? 'rejected_by_database' : ''
    const counted: Counted = { record, decoded: decodeAs(record, { reason }) }
    add(aggregate(partition, [counted], 0))
  })
  return expected
}

function rangesOf(
  looked: ReadonlyMap<MetricTable, ReadonlySet<number>>,
  spans: MinuteSpans,
): Map<number, { from: bigint; to: bigint }> {
  const ranges = new Map<number, { from: bigint; to: bigint }>()
  for (const [table, buckets] of looked) {
    const lengthMs = shapeOf(table).bucket === 'hour' ? 3_600_000 : 60_000
    for (const [minute, byPartition] of spans) {
      if (!buckets.has(Math.floor(minute / lengthMs) * lengthMs)) continue
      for (const [partition, { first, last }] of byPartition) {
        const range = ranges.get(partition) ?? { from: first, to: last + 1n }
        if (first < range.from) range.from = first
        if (last >= range.to) range.to = last + 1n
        ranges.set(partition, range)
      }
    }
  }
  return ranges
}

async function rejectedOffsets(
  query: Query,
  ranges: ReadonlyMap<number, { from: bigint; to: bigint }>,
): Promise<Set<string>> {
  const all = [...ranges]
  const rows = await query<{ partition: number; offset: string }>(
    `SELECT partition, "offset" FROM dead_letter
     JOIN unnest($1::integer[], $2::bigint[], $3::bigint[]) AS r (partition, low, high) USING (partition)
     WHERE "offset" >= low AND "offset" < high AND reason = 'rejected_by_database'`,
    [all.map(([partition]) => partition), all.map(([, { from }]) => from), all.map(([, { to }]) => to)],
  )
  return new Set(rows.map(({ partition, offset }) => `${partition} ${offset}`))
}

function addRow(
  into: KeyedRows,
  { keys, sums }: MetricShape,
  at: number,
  row: Readonly<Record<string, unknown>>,
): void {
  const key = [at, ...keys.map(name => String(row[name]))].join(separator)
  const known = into.get(key) ?? {}
  into.set(key, known)
  for (const name of sums) known[name] = (known[name] ?? 0n) + BigInt(Number(row[name]))
}

async function foundRows(query: Query, shape: MetricShape, at: number): Promise<KeyedRows> {
  const found: KeyedRows = new Map()
  const columns = [...shape.keys, ...shape.sums].map(name => `"${name}"`).join(', ')
  const rows = await query<Record<string, unknown>>(
    `SELECT ${columns} FROM ${shape.table} WHERE "${shape.bucket}" = $1`,
    [new Date(at)],
  )
  for (const row of rows) addRow(found, shape, at, row)
  return found
}

/** The rows of one bucket that the log and the table don't agree on. */
function compareRows(shape: MetricShape, at: number, expected: KeyedRows, found: KeyedRows): Finding[] {
  const isHere = (key: string) => key.startsWith(`${at}${separator}`)
  const findings: Finding[] = []
  for (const key of new Set([...[...expected.keys()].filter(isHere), ...found.keys()])) {
    const should = expected.get(key)
    const is = found.get(key)
    const wrong = shape.sums.filter(name => (should?.[name] ?? 0n) !== (is?.[name] ?? 0n))
    if (wrong.length === 0) continue
    const name = key.split(separator).slice(1).join(', ')
    findings.push({
      kind: 'metric_wrong',
      subject: shape.table,
      ...(shape.table === 'flow_minute' && { partition: Number(name) }),
      at: new Date(at).toISOString(),
      key: name,
      expected: should ? tell(should, wrong) : 'no row',
      found: is ? tell(is, wrong) : 'no row',
      says: !is
        ? 'the row is missing'
        : should
          ? 'the row has other sums than its events'
          : 'the log holds no event for the row',
    })
  }
  return findings
}

function tell(sums: Sums, names: readonly string[]): string {
  return names.map(name => `${name} ${sums[name]}`).join(', ')
}
