/**
 * Questions to the metric tables about each other. Each has several sides, which must give the same sum for every
 * bucket of time and key; only the buckets in which they don't are answered.
 */
export type CrossCheck = {
  name: 'events' | 'feed' | 'wikis' | 'logs' | 'pages' | 'users'
  bucket: 'minute' | 'hour'
  sides: readonly { table: string; select: string }[]
}

/** Edits and new pages, which pages and users count. */
const content = `type IN ('edit', 'new')`
/** `editor` doesn't tell of these whether the name was there; only events with a name count for a user. */
const nameless = `('hidden', 'bot')`

const measured = (edits: string) =>
  `CROSS JOIN LATERAL (VALUES ('edits', ${edits}), ('bytes_added', bytes_added), ('bytes_removed', bytes_removed),
   ('reverts', reverts)) AS measure (name, value)`
const hourOf = `date_trunc('hour', minute, 'UTC')`

const events = [
  {
    table: 'activity_minute',
    select: `SELECT minute AS at, '' AS key, events AS value FROM activity_minute`,
  },
  {
    table: 'namespace_minute',
    select: `SELECT minute AS at, '' AS key, events AS value FROM namespace_minute`,
  },
  {
    table: 'flow_minute',
    select: `SELECT minute AS at, '' AS key, processed AS value FROM flow_minute`,
  },
]

export const crossChecks: readonly CrossCheck[] = [
  { name: 'events', bucket: 'minute', sides: events },
  {
    name: 'feed',
    bucket: 'minute',
    sides: [
      ...events,
      {
        table: 'recent_change',
        select: `SELECT date_trunc('minute', dt, 'UTC') AS at, '' AS key, 1 AS value FROM recent_change`,
      },
    ],
  },
  {
    name: 'wikis',
    bucket: 'minute',
    sides: [
      {
        table: 'activity_minute',
        select: 'SELECT minute AS at, wiki AS key, events AS value FROM activity_minute',
      },
      {
        table: 'namespace_minute',
        select: 'SELECT minute AS at, wiki AS key, events AS value FROM namespace_minute',
      },
    ],
  },
  {
    name: 'logs',
    bucket: 'minute',
    sides: [
      {
        table: 'activity_minute',
        select: `SELECT minute AS at, wiki AS key, events AS value FROM activity_minute WHERE type = 'log'`,
      },
      { table: 'log_minute', select: 'SELECT minute AS at, wiki AS key, events AS value FROM log_minute' },
    ],
  },
  {
    name: 'pages',
    bucket: 'hour',
    sides: [
      {
        table: 'activity_minute',
        select: `SELECT ${hourOf} AS at, concat_ws(', ', wiki, name) AS key, value FROM activity_minute ${measured('events')} WHERE ${content}`,
      },
      {
        table: 'page_hour',
        select: `SELECT hour AS at, concat_ws(', ', wiki, name) AS key, value FROM page_hour ${measured('edits')}`,
      },
    ],
  },
  {
    name: 'users',
    bucket: 'hour',
    sides: [
      {
        table: 'activity_minute',
        select: `SELECT ${hourOf} AS at, concat_ws(', ', editor, name) AS key, value FROM activity_minute ${measured('events')}
                 WHERE ${content} AND editor NOT IN ${nameless}`,
      },
      {
        table: 'user_hour',
        select: `SELECT hour AS at, concat_ws(', ', editor, name) AS key, value FROM user_hour ${measured('edits')} WHERE editor NOT IN ${nameless}`,
      },
    ],
  },
]

/**
 * The statement of a question, with two parameters: the buckets from the first on and before the second. A row has
 * `at`, `key`, and `values`, one a side.
 */
export function crossCheckQuery({ sides }: CrossCheck, limit: number): string {
  const all = sides
    .map(({ select }, side) => `SELECT ${side} AS side, at, key, value FROM (${select}) AS s${side}`)
    .join('\nUNION ALL ')
  const sums = sides.map((_, side) => `coalesce(sum(value) FILTER (WHERE side = ${side}), 0) AS sum${side}`)
  const names = sides.map((_, side) => `sum${side}`)
  const differs = names.slice(1).map(name => `sum0 <> ${name}`)
  return `SELECT at, key, ARRAY[${names.join(', ')}]::text[] AS values FROM (
SELECT at, key, ${sums.join(', ')} FROM (${all}) AS sides WHERE at >= $1 AND at < $2 GROUP BY at, key) AS sums
WHERE ${differs.join(' OR ')} ORDER BY at, key LIMIT ${limit}`
}

/** Rows that contradict themselves; each query gives `at` and `key`. */
export const selfChecks: readonly {
  table: string
  bucket: 'minute' | 'hour'
  says: string
  query: string
}[] = [
  {
    table: 'activity_minute',
    bucket: 'minute',
    says: 'minor and major edits are not all of its edits, or its sizes are more than they',
    query: `SELECT minute AS at, concat_ws(', ', wiki, type, editor) AS key FROM activity_minute
        WHERE minor + major <> (CASE WHEN ${content} THEN events ELSE 0 END)
           OR size_0 + size_10 + size_100 + size_1000 + size_10000 + size_over > minor + major`,
  },
  {
    table: 'flow_minute',
    bucket: 'minute',
    says: 'its delays are not as many as its events',
    query: `SELECT minute AS at, concat('partition ', partition) AS key FROM flow_minute
        WHERE delay_1s + delay_2s + delay_5s + delay_10s + delay_30s + delay_60s + delay_300s + delay_over <> processed`,
  },
  {
    table: 'page_hour',
    bucket: 'hour',
    says: 'it has more editors than edits',
    query: `SELECT hour AS at, concat_ws(', ', wiki, title) AS key FROM page_hour WHERE cardinality(editors) > edits`,
  },
]
