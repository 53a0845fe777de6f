import { type Pool, type PoolClient } from 'pg'
import { rowsOf } from './queries/query.ts'

/**
 * Runs reads in one read-only transaction, so that all of them see the same moment. A connection that failed is not
 * used again.
 * @throws whatever `work` throws, the database's error, or a time-out when the server is gone without a word.
 */
export async function inReadOnly<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = true
  try {
    await rowsOf(client, { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', values: [] })
    const result = await work(client)
    await rowsOf(client, { text: 'COMMIT', values: [] })
    broken = false
    return result
  } finally {
    client.release(broken)
  }
}
