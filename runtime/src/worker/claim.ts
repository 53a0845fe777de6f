import { type Pool } from 'pg'
import { type OffsetKey } from './statement.ts'

/** The log and the stored offsets don't belong together, or the log lost what was not counted: no waiting mends it. */
export class OffsetError extends Error {
  override name = 'OffsetError'
}

/** First offset held and next offset to be written of a partition's log. */
export type LogEnds = { start: bigint; end: bigint }

/** Which log: its cluster, its topic. */
export type LogName = Omit<OffsetKey, 'partition'>

/**
 * Finds where to go on counting each partition, and begins at the log's start where counting never began.
 * @param readEnds asked after the stored offsets were read, so that a log that grows is never taken for a short one.
 * @throws OffsetError when a stored offset lies outside the log, or when the database counts another cluster's log;
 *   pg's error; the error of `readEnds`.
 */
export async function claimPartitions(
  pool: Pool,
  name: LogName,
  partitions: readonly number[],
  readEnds: () => Promise<ReadonlyMap<number, LogEnds>>,
): Promise<Map<number, bigint>> {
  const stored = await readOffsets(pool, name, partitions)
  const ends = await readEnds()
  for (const [partition, next] of stored) assertInLog({ ...name, partition }, next, endsOf(ends, partition))
  const fresh = partitions.filter(partition => !stored.has(partition))
  if (fresh.length > 0) {
    await assertNoOtherCluster(pool, name)
    await pool.query(
      `INSERT INTO consumer_offset (cluster_id, topic, partition, first_offset, next_offset)
       SELECT $1, $2, u.partition, u.start, u.start FROM unnest($3::integer[], $4::bigint[]) AS u (partition, start)
       ON CONFLICT DO NOTHING`,
      [name.clusterId, name.topic, fresh, fresh.map(partition => endsOf(ends, partition).start)],
    )
  }
  return fresh.length > 0 ? readOffsets(pool, name, partitions) : stored
}

async function readOffsets(
  pool: Pool,
  name: LogName,
  partitions: readonly number[],
): Promise<Map<number, bigint>> {
  const { rows } = await pool.query<{ partition: number; next_offset: string }>(
    `SELECT partition, next_offset FROM consumer_offset
     WHERE cluster_id = $1 AND topic = $2 AND partition = ANY ($3::integer[])`,
    [name.clusterId, name.topic, partitions],
  )
  return new Map(rows.map(row => [row.partition, BigInt(row.next_offset)]))
}

function endsOf(ends: ReadonlyMap<number, LogEnds>, partition: number): LogEnds {
  const found = ends.get(partition)
  if (found) return found
  throw new OffsetError(
    `the group assigned partition ${partition}, which the topic doesn't have: it was made anew`,
  )
}

/** @throws OffsetError when the log ends before the stored offset, or begins after it. */
export function assertInLog(key: OffsetKey, next: bigint, log: LogEnds): void {
  assertNotPastEnd(key, next, log)
  if (next >= log.start) return
  throw new OffsetError(
    `partition ${key.partition}: the log's retention took offsets ${next} to ${log.start} before they were counted. ` +
      'Raise TOPIC_RETENTION_MS or TOPIC_RETENTION_BYTES. To go on without them: UPDATE consumer_offset SET ' +
      `next_offset = ${log.start} WHERE cluster_id = '${key.clusterId}' AND topic = '${key.topic}' AND ` +
      `partition = ${key.partition}; the audit will show the gap`,
  )
}

/** @throws OffsetError when the log ends before the stored offset: it was made anew. */
export function assertNotPastEnd(key: OffsetKey, next: bigint, log: LogEnds): void {
  if (next <= log.end) return
  throw new OffsetError(
    `partition ${key.partition}: offsets up to ${next} are counted, but the log ends at ${log.end}: topic ` +
      `${key.topic} was deleted and made anew, or lost its end. Restore it, or start with an empty database ` +
      '(another PGDATABASE)',
  )
}

async function assertNoOtherCluster(pool: Pool, name: LogName): Promise<void> {
  const { rows } = await pool.query<{ cluster_id: string }>(
    'SELECT DISTINCT cluster_id FROM consumer_offset WHERE topic = $1 AND cluster_id <> $2',
    [name.topic, name.clusterId],
  )
  if (rows.length === 0) return
  throw new OffsetError(
    `the database counts topic ${name.topic} of cluster ${rows.map(row => row.cluster_id).join(', ')}, but ` +
      `KAFKA_BROKERS leads to cluster ${name.clusterId}: offsets of one log mean nothing in another. Point ` +
      "KAFKA_BROKERS at the database's cluster, or PGDATABASE at an empty database",
  )
}
