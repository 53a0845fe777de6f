import { type Pool } from 'pg'
import { type Batch, batchStatement, type OffsetKey } from './statement.ts'

/** A statement ends after this in the server, in ms: a batch is stored in tens of ms. */
export const statementTimeoutMs = 10_000
/** A lock is waited for this long, in ms; then the batch is tried again, and the group hears from us in between. */
export const lockTimeoutMs = 5_000
/** After this the client gives a silent connection up, in ms: a half-open one would not end by itself for hours. */
const answerTimeoutMs = statementTimeoutMs + 2_000

/**
 * Stores a batch in one statement.
 * @returns whether it was stored: false means that the stored offset isn't `batch.first`, and nothing was added.
 * @throws pg's error. When the connection broke the outcome is unknown: `readNextOffset` tells it.
 */
export async function commitBatch(pool: Pool, batch: Batch): Promise<boolean> {
  const query = { ...batchStatement(batch), query_timeout: answerTimeoutMs }
  const { rows } = await pool.query<{ owned: number }>(query)
  return rows[0]?.owned === 1
}

/**
 * The first offset of the partition that isn't counted yet; undefined when counting never began.
 * @throws pg's error.
 */
export async function readNextOffset(pool: Pool, key: OffsetKey): Promise<bigint | undefined> {
  const query = {
    text: `SELECT next_offset FROM consumer_offset WHERE cluster_id = $1 AND topic = $2 AND partition = $3`,
    values: [key.clusterId, key.topic, key.partition],
    query_timeout: answerTimeoutMs,
  }
  const { rows } = await pool.query<{ next_offset: string }>(query)
  return rows[0] && BigInt(rows[0].next_offset)
}
