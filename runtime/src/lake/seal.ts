import { type Pool } from 'pg'
import { topic } from '../contract.ts'

/** A range that is claimed in the database: the object of this key holds these records and never others. */
export type SealedRange = { partition: number; first: bigint; last: bigint; rows: number; key: string }

/** The lake's rows of the database, for one cluster's topic. */
export type LakeTables = { pool: Pool; clusterId: string }

/**
 * The first offset of a partition that is not sealed; where the lake has never seen the partition, it begins at
 * `logStart`.
 */
export async function openPartition(
  { pool, clusterId }: LakeTables,
  partition: number,
  logStart: bigint,
): Promise<bigint> {
  const key = [clusterId, topic.name, partition]
  await pool.query(
    `INSERT INTO lake_offset (cluster_id, topic, partition, first_offset, next_offset)
     VALUES ($1, $2, $3, $4, $4) ON CONFLICT DO NOTHING`,
    [...key, logStart],
  )
  const { rows } = await pool.query<{ next_offset: string }>(
    'SELECT next_offset FROM lake_offset WHERE cluster_id = $1 AND topic = $2 AND partition = $3',
    key,
  )
  return BigInt(rows[0]?.next_offset ?? logStart)
}

/**
 * Claims a range, if no other uploader claimed its offsets. `lost` means that another did: what is buffered here is
 * to be thrown away. An answer that was lost on the way is cleared up by asking again.
 */
export async function sealRange(
  { pool, clusterId }: LakeTables,
  range: SealedRange,
): Promise<'sealed' | 'lost'> {
  const sealed = await pool.query(
    `WITH fence AS (
       UPDATE lake_offset SET next_offset = $5 + 1
        WHERE cluster_id = $1 AND topic = $2 AND partition = $3 AND next_offset = $4
       RETURNING 1)
     INSERT INTO lake_range (partition, first_offset, last_offset, rows, object_key)
     SELECT $3, $4, $5, $6, $7 FROM fence`,
    [clusterId, topic.name, range.partition, range.first, range.last, range.rows, range.key],
  )
  if (sealed.rowCount === 1) return 'sealed'
  // Ours after all, when the connection broke after the commit; or another's very same range, which is as good.
  const same = await pool.query('SELECT 1 FROM lake_range WHERE object_key = $1 AND rows = $2', [
    range.key,
    range.rows,
  ])
  return same.rowCount === 1 ? 'sealed' : 'lost'
}

/** Ranges of a partition that are sealed, but not known to be written, oldest first. */
export async function unwrittenRanges({ pool }: LakeTables, partition: number): Promise<SealedRange[]> {
  const { rows } = await pool.query<Record<'first_offset' | 'last_offset' | 'rows' | 'object_key', string>>(
    `SELECT first_offset, last_offset, rows, object_key FROM lake_range
      WHERE partition = $1 AND written_at IS NULL ORDER BY first_offset`,
    [partition],
  )
  return rows.map(row => ({
    partition,
    first: BigInt(row.first_offset),
    last: BigInt(row.last_offset),
    rows: Number(row.rows),
    key: row.object_key,
  }))
}

/** Notes that the object of a sealed range stands in the lake. */
export async function markWritten(
  { pool }: LakeTables,
  range: SealedRange,
  object: { bytes: number; sha256: string },
): Promise<void> {
  await pool.query(
    `UPDATE lake_range SET written_at = now(), bytes = $3, sha256 = $4
      WHERE partition = $1 AND first_offset = $2 AND written_at IS NULL`,
    [range.partition, range.first, object.bytes, object.sha256],
  )
}

/** A cluster other than ours that the lake was filled from; offsets of two clusters must not share a lake. */
export async function otherCluster({ pool, clusterId }: LakeTables): Promise<string | undefined> {
  const { rows } = await pool.query<{ cluster_id: string }>(
    'SELECT cluster_id FROM lake_offset WHERE cluster_id <> $1 LIMIT 1',
    [clusterId],
  )
  return rows[0]?.cluster_id
}
