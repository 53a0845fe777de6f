import { topic } from '../../../runtime/src/contract.ts'
import { type Query } from './query.ts'

export type ClockRow = { now: Date; newestMinute: Date | null }

/**
 * The database's clock, and the newest minute with a count. Minutes in the future are passed over: one event with
 * a wrong clock must not move the page there.
 */
export function clock(): Query<ClockRow> {
  return {
    text: `SELECT now() AS now, (SELECT max(minute) FROM flow_minute WHERE minute <= now()) AS "newestMinute"`,
    values: [],
  }
}

export type PositionRow = {
  clusterId: string
  partition: number
  first: number
  next: number
  countedAt: Date
  newestEventAt: Date | null
  sealed: number | null
}

/** How many of the records that a partition counted last are looked at: among them, a late one stands alone. */
const looked = 20

/** Each partition's counted and sealed offsets, and when the newest of the events that it counted last happened. */
export function positions(): Query<PositionRow> {
  return {
    text: `
      SELECT o.cluster_id AS "clusterId", o.partition, o.first_offset::float8 AS first,
             o.next_offset::float8 AS next, o.updated_at AS "countedAt", last.dt AS "newestEventAt",
             l.next_offset::float8 AS sealed
        FROM consumer_offset o
        LEFT JOIN lake_offset l USING (cluster_id, topic, partition)
        LEFT JOIN LATERAL (
          SELECT max(dt) AS dt
            FROM (SELECT dt FROM recent_change r
                   WHERE r.partition = o.partition AND r."offset" < o.next_offset
                   ORDER BY r."offset" DESC LIMIT $2) newest
           WHERE dt <= now()) last ON true
       WHERE o.topic = $1
       ORDER BY o.partition`,
    values: [topic.name, looked],
  }
}

export type LedgerRow = { dead: number }

/** Dead letters since counting began. Read from the ledger: 320 rows a day at 3.2 million events. */
export function ledger(): Query<LedgerRow> {
  return { text: 'SELECT coalesce(sum(dead), 0)::float8 AS dead FROM count_ledger', values: [] }
}
