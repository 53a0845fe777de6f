import { type Query } from './cut.ts'
import { type Finding } from './findings.ts'

/** Counted offsets of a partition. */
export type Counted = { partition: number; first: bigint; next: bigint }

/** Rows that are listed of each table. */
const limit = 1_000

/**
 * Finds rows of dead_letter and recent_change that lie outside the counted offsets, where no statement of a worker
 * can have put them.
 * @throws the database's error.
 */
export async function findStrays(query: Query, counted: readonly Counted[]): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const [table, kind] of [
    ['dead_letter', 'dead_letter_extra'],
    ['recent_change', 'feed_extra'],
  ] as const) {
    const rows = await query<{ partition: number; offset: string }>(
      `SELECT partition, "offset" FROM ${table}
       LEFT JOIN unnest($1::integer[], $2::bigint[], $3::bigint[]) AS c (partition, low, high) USING (partition)
       WHERE low IS NULL OR "offset" < low OR "offset" >= high ORDER BY 1, 2 LIMIT ${limit}`,
      [
        counted.map(({ partition }) => partition),
        counted.map(({ first }) => first),
        counted.map(({ next }) => next),
      ],
    )
    for (const { partition, offset } of rows) {
      const at = BigInt(offset)
      const says = 'the row lies outside the offsets that were counted'
      findings.push({ kind, subject: table, partition, offsets: { first: at, last: at }, says })
    }
  }
  return findings
}
