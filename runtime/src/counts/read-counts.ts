import { type Pool } from 'pg'

const minuteMs = 60_000
/** Rows of one statement: the counts of an hour, about 20,000 rows of the table. */
const portionMs = 60 * minuteMs
/** A partition without an event for this long is idle, not behind, in ms. */
const idleMs = 10 * minuteMs
/** How long after a minute late events may still add to it, in ms: nearly all of the source's come within it. */
const settleMs = 5 * minuteMs

/** Whole minutes that are counted: from the first one up to before `toMs`, both ms since 1970. */
export type Extent = { fromMs: number; toMs: number }

/**
 * The minutes whose counts are whole and hardly grow any more: without the first one, in the midst of which counting
 * may have begun, without those that retention is about to take, and without the newest ones.
 * @returns undefined when there is none.
 */
export async function readExtent(pool: Pool): Promise<Extent | undefined> {
  const { rows } = await pool.query<Record<'first' | 'kept' | 'last', Date | null>>(
    `WITH newest AS (SELECT partition, max(minute) AS minute FROM flow_minute WHERE processed > 0 GROUP BY partition)
     SELECT (SELECT min(minute) FROM activity_minute) AS first,
            (SELECT horizon FROM retention_horizon WHERE table_name = 'activity_minute') AS kept,
            (SELECT min(minute) FROM newest
              WHERE minute > (SELECT max(minute) FROM newest) - $1 * interval '1 ms') AS last`,
    [idleMs],
  )
  const { first, kept, last } = rows[0] ?? {}
  if (!first || !last) return undefined
  const fromMs = Math.max(first.getTime(), kept?.getTime() ?? 0) + minuteMs
  const toMs = last.getTime() - settleMs
  return fromMs < toMs ? { fromMs: Math.ceil(fromMs / minuteMs) * minuteMs, toMs } : undefined
}

/** Events of a wiki and type in a minute; wiki `*` is all that were not asked for. */
type CountCell = [wiki: string, type: string, isBot: boolean, events: number]

/** What one minute of event time counts. `late` came into the log more than a minute after it happened. */
export type MinuteCounts = { minute: string; processed: number; late: number; cells: CountCell[] }

/** Names of the wikis to tell apart: those named, by database name or server, and the `busiest` of the time. */
export async function chooseWikis(
  pool: Pool,
  { fromMs, toMs }: Extent,
  named: readonly string[],
  busiest: number,
): Promise<{ wiki: string; server: string }[]> {
  const { rows } = await pool.query<{ wiki: string; server: string }>(
    `WITH busy AS (SELECT wiki FROM activity_minute WHERE minute >= $1 AND minute < $2
                   GROUP BY wiki ORDER BY sum(events) DESC, wiki LIMIT $4)
     SELECT wiki, server_name AS server FROM wiki
      WHERE wiki = ANY ($3) OR server_name = ANY ($3) OR wiki IN (SELECT wiki FROM busy) ORDER BY wiki`,
    [new Date(fromMs), new Date(toMs), named, busiest],
  )
  return rows
}

/** The minutes of a time in order, those without an event left out; an hour at a time, so that memory stays small. */
export async function* readMinutes(
  pool: Pool,
  { fromMs, toMs }: Extent,
  wikis: readonly string[],
): AsyncGenerator<MinuteCounts> {
  for (let from = fromMs; from < toMs; from += portionMs) {
    const between = [new Date(from), new Date(Math.min(toMs, from + portionMs))]
    const { rows } = await pool.query<{ minute: Date; cells: CountCell[]; processed: string; late: string }>(
      `WITH cell AS (
         SELECT minute, CASE WHEN wiki = ANY ($3) THEN wiki ELSE '*' END AS wiki, type, editor = 'bot' AS bot,
                sum(events) AS events
           FROM activity_minute WHERE minute >= $1 AND minute < $2 GROUP BY 1, 2, 3, 4),
       flow AS (SELECT minute, sum(processed) AS processed, sum(late) AS late
                  FROM flow_minute WHERE minute >= $1 AND minute < $2 GROUP BY minute)
       SELECT minute, json_agg(json_build_array(wiki, type, bot, events) ORDER BY wiki, type, bot) AS cells,
              coalesce(max(flow.processed), 0) AS processed, coalesce(max(flow.late), 0) AS late
         FROM cell LEFT JOIN flow USING (minute) GROUP BY minute ORDER BY minute`,
      [...between, wikis],
    )
    for (const { minute, cells, processed, late } of rows) {
      yield { minute: minute.toISOString(), processed: Number(processed), late: Number(late), cells }
    }
  }
}
