import { hash } from 'node:crypto'
import { type Rows } from '../events/tables.ts'
import { type Query } from './cut.ts'
import { type MetricShape, type MetricTable, metricTables, shapeOf } from './metrics.ts'

/**
 * A sum over rows of weight × hash of key, by bucket of time (ms since 1970). It is linear in the sums of a row: the
 * fingerprints of events add up to the fingerprint of the rows that count them. So millions of rows are compared by
 * one number a bucket, and a count that is missing, doubled, or under another key changes it.
 */
export type Fingerprints = Map<MetricTable, Map<number, bigint>>

/** The weight of the n-th sum of a row is this to the power of n: a count moved from one column to another shows. */
const base = 1_009n

const separator = '\x1f'

/** Hex digits of the MD5 of a key that are taken: 60 bits, positive in PostgreSQL's bigint. */
const hashDigits = 15

const shapes = metricTables.map(shapeOf)

export function noFingerprints(): Fingerprints {
  return new Map(metricTables.map(table => [table, new Map()]))
}

/** Adds rows to the fingerprints of their buckets, from each table's `fromMs` on. */
export function addFingerprints(
  into: Fingerprints,
  rows: Rows,
  fromMs: (table: MetricTable) => number,
): void {
  for (const shape of shapes) {
    const from = fromMs(shape.table)
    const buckets = into.get(shape.table) ?? new Map<number, bigint>()
    into.set(shape.table, buckets)
    for (const row of rows[shape.table] as readonly Record<string, unknown>[]) {
      const at = Date.parse(String(row[shape.bucket]))
      if (at >= from) buckets.set(at, (buckets.get(at) ?? 0n) + fingerprint(shape, row))
    }
  }
}

/** The fingerprint of one row. */
function fingerprint(shape: MetricShape, row: Readonly<Record<string, unknown>>): bigint {
  const key = shape.keys.map(name => String(row[name])).join(separator)
  const keyHash = BigInt(`0x${hash('md5', key, 'hex').slice(0, hashDigits)}`)
  let weight = 0n
  for (const [index, name] of shape.sums.entries())
    weight += BigInt(Number(row[name])) * base ** BigInt(index)
  return weight * keyHash
}

/** The fingerprints of a table as PostgreSQL computes them, for buckets from `fromMs` on. @throws the database's error. */
export async function readFingerprints(
  query: Query,
  table: MetricTable,
  fromMs: number,
): Promise<Map<number, bigint>> {
  const rows = await query<{ at: Date; print: string }>(fingerprintQuery(shapeOf(table)), [
    new Date(Math.max(fromMs, 0)),
  ])
  return new Map(rows.map(({ at, print }) => [at.getTime(), BigInt(print)]))
}

/** The query of `readFingerprints`: time of the bucket, and its fingerprint as text. */
function fingerprintQuery({ table, bucket, keys, sums }: MetricShape): string {
  const key = keys.map(name => `"${name}"`).join(', ')
  const keyHash = `('x' || left(md5(concat_ws(E'\\x1f', ${key})), ${hashDigits}))::bit(${hashDigits * 4})::bigint`
  const weight = sums.map((name, index) => `"${name}"::numeric * ${base ** BigInt(index)}`).join(' + ')
  return `SELECT "${bucket}" AS at, sum((${weight}) * ${keyHash})::text AS print
FROM ${table} WHERE "${bucket}" >= $1 GROUP BY 1`
}

/** The buckets in which two fingerprints differ, in order. */
export function differingBuckets(
  a: ReadonlyMap<number, bigint>,
  b: ReadonlyMap<number, bigint>,
  fromMs: number,
): number[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter(at => at >= fromMs && (a.get(at) ?? 0n) !== (b.get(at) ?? 0n))
    .sort((x, y) => x - y)
}
