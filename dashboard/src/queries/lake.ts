import { topic } from '../../../runtime/src/contract.ts'
import { type Query } from './query.ts'

export type LakeFileRow = { key: string; writtenAt: Date; rows: number; bytes: number | null }

/** The object that was written last. Asked by partition, along the key: there is no index on the time. */
export function lastLakeFile(): Query<LakeFileRow> {
  return {
    text: `
      SELECT last.object_key AS key, last.written_at AS "writtenAt", last.rows::float8, last.bytes::float8
        FROM lake_offset o CROSS JOIN LATERAL (
          SELECT * FROM lake_range r
           WHERE r.partition = o.partition AND r.written_at IS NOT NULL
           ORDER BY r.first_offset DESC LIMIT 1) last
       WHERE o.topic = $1
       ORDER BY last.written_at DESC LIMIT 1`,
    values: [topic.name],
  }
}

export type UnwrittenRow = { ranges: number; rows: number; oldestSealedAt: Date | null }

/** Ranges that are sealed and whose objects don't stand yet; always one row. */
export function unwritten(): Query<UnwrittenRow> {
  return {
    text: `
      SELECT count(*)::float8 AS ranges, coalesce(sum(rows), 0)::float8 AS rows,
             min(sealed_at) AS "oldestSealedAt"
        FROM lake_range WHERE written_at IS NULL`,
    values: [],
  }
}
