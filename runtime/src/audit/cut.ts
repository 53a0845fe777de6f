import { type PoolClient } from 'pg'
import { ledgerBlock, topic } from '../contract.ts'
import { type createPool } from '../platform/postgres.ts'

type Pool = ReturnType<typeof createPool>

/** A stored offset, of the counts or of the lake: `first` is where it began, `next` the first one not yet done. */
export type StoredOffset = { clusterId: string; partition: number; first: bigint; next: bigint }
export type LedgerBlock = { block: bigint; events: bigint; dead: bigint }
export type Flow = { processed: bigint; dead: bigint }

/** The books of one moment, small however long the log is: one row a partition, or one a block of the ledger. */
export type Snapshot = {
  takenAt: Date
  offsets: StoredOffset[]
  lakeOffsets: StoredOffset[]
  /** By partition, blocks in order. */
  ledger: Map<number, LedgerBlock[]>
  /** Rows of dead_letter by partition and block. */
  deadRows: Map<number, Map<bigint, bigint>>
  /** Sums of flow_minute by partition. */
  flow: Map<number, Flow>
  retired: Map<number, Flow>
  /** The highest offset that has a row of its own, in recent_change or dead_letter, by partition. */
  highest: Map<number, bigint>
  /** Rows older than this are gone or about to go, by table. */
  horizons: Map<string, Date>
}

/** A query's answer, row by row, within the cut. */
export type Query = <Row extends object>(text: string, values?: readonly unknown[]) => Promise<Row[]>

/** One moment of the database, held open: whatever is asked of it later is answered as of then. */
export type Cut = { snapshot: Snapshot; query: Query; close(): Promise<void> }

/**
 * Fixes a moment of the database in a read-only transaction, and reads the books of it. While it is open,
 * PostgreSQL keeps the rows of that moment for it, so writers and retention go on undisturbed.
 * @throws the database's error.
 */
export async function openCut(pool: Pool): Promise<Cut> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY')
    // Between two questions there may be millions of records of the log to read.
    await client.query("SET LOCAL idle_in_transaction_session_timeout = '6h'")
    // Minutes are compared as text.
    await client.query("SET LOCAL TimeZone = 'UTC'")
    const query = queryOf(client)
    const snapshot = await readSnapshot(query)
    return {
      snapshot,
      query,
      close: async () => {
        await client.query('ROLLBACK').catch(() => {})
        client.release()
      },
    }
  } catch (error) {
    client.release(error instanceof Error ? error : true)
    throw error
  }
}

function queryOf(client: PoolClient): Query {
  return async (text, values = []) => (await client.query(text, [...values])).rows
}

async function readSnapshot(query: Query): Promise<Snapshot> {
  const [moment] = await query<{ at: Date }>('SELECT now() AS at')
  return {
    takenAt: moment?.at ?? new Date(),
    offsets: await readOffsets(query, 'consumer_offset'),
    lakeOffsets: await readOffsets(query, 'lake_offset'),
    ledger: await readLedger(query),
    deadRows: await readDeadRows(query),
    flow: await readFlow(
      query,
      'SELECT partition, sum(processed)::text AS processed, sum(dead)::text AS dead FROM flow_minute GROUP BY 1',
    ),
    retired: await readFlow(query, 'SELECT partition, processed, dead FROM flow_retired'),
    highest: await readHighest(query),
    horizons: new Map(
      (
        await query<{ table_name: string; horizon: Date }>(
          'SELECT table_name, horizon FROM retention_horizon',
        )
      ).map(row => [row.table_name, row.horizon]),
    ),
  }
}

async function readOffsets(query: Query, table: 'consumer_offset' | 'lake_offset'): Promise<StoredOffset[]> {
  const rows = await query<{ cluster_id: string; partition: number; first: string; next: string }>(
    `SELECT cluster_id, partition, first_offset AS first, next_offset AS next FROM ${table}
     WHERE topic = $1 ORDER BY cluster_id, partition`,
    [topic.name],
  )
  return rows.map(({ cluster_id: clusterId, partition, first, next }) => ({
    clusterId,
    partition,
    first: BigInt(first),
    next: BigInt(next),
  }))
}

async function readLedger(query: Query): Promise<Map<number, LedgerBlock[]>> {
  const rows = await query<{ partition: number; block: string; events: string; dead: string }>(
    'SELECT partition, block, events, dead FROM count_ledger ORDER BY partition, block',
  )
  const ledger = new Map<number, LedgerBlock[]>()
  for (const { partition, block, events, dead } of rows) {
    const blocks = ledger.get(partition) ?? []
    ledger.set(partition, blocks)
    blocks.push({ block: BigInt(block), events: BigInt(events), dead: BigInt(dead) })
  }
  return ledger
}

async function readDeadRows(query: Query): Promise<Map<number, Map<bigint, bigint>>> {
  const rows = await query<{ partition: number; block: string; n: string }>(
    `SELECT partition, "offset" / $1::bigint AS block, count(*) AS n FROM dead_letter GROUP BY 1, 2`,
    [ledgerBlock],
  )
  const dead = new Map<number, Map<bigint, bigint>>()
  for (const { partition, block, n } of rows) {
    const blocks = dead.get(partition) ?? new Map<bigint, bigint>()
    dead.set(partition, blocks)
    blocks.set(BigInt(block), BigInt(n))
  }
  return dead
}

async function readFlow(query: Query, text: string): Promise<Map<number, Flow>> {
  const rows = await query<{ partition: number; processed: string; dead: string }>(text)
  return new Map(
    rows.map(({ partition, processed, dead }) => [
      partition,
      { processed: BigInt(processed), dead: BigInt(dead) },
    ]),
  )
}

async function readHighest(query: Query): Promise<Map<number, bigint>> {
  const rows = await query<{ partition: number; highest: string }>(
    `SELECT partition, max(highest) AS highest FROM (
       SELECT partition, max("offset") AS highest FROM dead_letter GROUP BY 1
       UNION ALL SELECT partition, max("offset") FROM recent_change GROUP BY 1) AS rows GROUP BY 1`,
  )
  return new Map(rows.map(({ partition, highest }) => [partition, BigInt(highest)]))
}
