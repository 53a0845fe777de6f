import { type Pool, type PoolClient } from 'pg'

/**
 * Runs reads in one read-only transaction, so that all of them see the same moment. A connection that failed is not
 * used again.
 * @throws whatever `work` throws, and the database's error.
 */
export async function inReadOnly<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = true
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
    const result = await work(client)
    await client.query('COMMIT')
    broken = false
    return result
  } finally {
    client.release(broken)
  }
}
