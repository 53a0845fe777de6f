import { type Damage } from './fixture-damage-counts.ts'

/** The first row, in an order that is always the same, of those that meet a condition. */
const first = (table: string, where: string) =>
  `ctid = (SELECT ctid FROM ${table} WHERE ${where} ORDER BY ${table}::text LIMIT 1)`
/** Moves a row to where there is none, three hours later. */
const postpone = (column: string, table: string, where: string) =>
  `UPDATE ${table} SET ${column} = ${column} + interval '3 hours' WHERE ${first(table, where)}`

// Inside every table's horizon, and of offsets in the middle of partition 0.
const minute = "minute = '2026-08-04T16:01Z'"
const hour = "hour = '2026-08-04T16:00Z'"

/** A row of each table: how it is found, and how an audit names it; `@` in `books` stands for the time. */
const metricRows = [
  {
    table: 'activity_minute',
    time: 'minute',
    where: `${minute} AND type = 'edit'`,
    column: 'wiki',
    count: 'events',
    at: '16:01',
    later: '19:01',
    key: 'commonswiki, edit, hidden',
    otherKey: 'xcommonswiki, edit, hidden',
    books: 'activity_minute @',
  },
  {
    table: 'namespace_minute',
    time: 'minute',
    where: minute,
    column: 'wiki',
    count: 'events',
    at: '16:01',
    later: '19:01',
    key: 'commonswiki, 0',
    otherKey: 'xcommonswiki, 0',
    books: 'namespace_minute @',
  },
  {
    table: 'log_minute',
    time: 'minute',
    where: minute,
    column: 'log_type',
    count: 'events',
    at: '16:01',
    later: '19:01',
    key: 'commonswiki, upload, done',
    otherKey: 'commonswiki, xupload, done',
    books: 'log_minute or activity_minute @ commonswiki',
  },
  {
    table: 'page_hour',
    time: 'hour',
    where: hour,
    column: 'title',
    count: 'edits',
    at: '16:00',
    later: '19:00',
    key: 'commonswiki, Page 0 of 0, all well',
    otherKey: 'commonswiki, xPage 0 of 0, all well',
    books: 'page_hour or activity_minute @ commonswiki, edits',
  },
  {
    table: 'user_hour',
    time: 'hour',
    where: `${hour} AND editor <> 'bot'`,
    column: 'user_name',
    count: 'edits',
    at: '16:00',
    later: '19:00',
    key: 'Careful Gardener, registered',
    otherKey: 'xCareful Gardener, registered',
    books: 'user_hour or activity_minute @ registered, edits',
  },
] as const

/** Damage to the tables of sums: a row removed, doubled, moved or changed in each. */
export const damageToMetrics: readonly Damage[] = [
  {
    what: 'a minute of flow removed',
    sql: `DELETE FROM flow_minute WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`,
    full: ['metric_wrong flow_minute p0 16:01 0'],
    books: ['metric_wrong flow_minute 16:01'],
  },
  {
    what: 'a minute of flow moved in time',
    sql: postpone('minute', 'flow_minute', `${minute} AND partition = 0`),
    full: ['metric_wrong flow_minute p0 16:01 0', 'metric_wrong flow_minute p0 19:01 0'],
    books: ['metric_wrong flow_minute 16:01', 'metric_wrong flow_minute 19:01'],
  },
  {
    what: 'a minute of flow under another partition',
    sql: `UPDATE flow_minute SET partition = 7 WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`,
    full: ['metric_wrong flow_minute p0 16:01 0', 'metric_wrong flow_minute p7 16:01 7'],
    books: [
      'retired_wrong flow_minute with flow_retired p0',
      'retired_wrong flow_minute with flow_retired p7',
    ],
  },
  {
    what: 'a minute of flow counted twice',
    sql: `UPDATE flow_minute SET processed = processed * 2, delay_over = delay_over * 2 WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`,
    full: ['metric_wrong flow_minute p0 16:01 0'],
    books: ['metric_wrong flow_minute 16:01'],
  },
  {
    what: 'a late event more',
    sql: `UPDATE flow_minute SET late = late + 1 WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`,
    full: ['metric_wrong flow_minute p0 16:01 0'],
    books: [],
  },
  {
    what: 'a delay more than events',
    sql: `UPDATE flow_minute SET delay_1s = delay_1s + 1 WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`,
    full: ['metric_wrong flow_minute 16:01 partition 0'],
    books: ['metric_wrong flow_minute 16:01 partition 0'],
  },
  {
    what: 'what was retired removed',
    sql: 'DELETE FROM flow_retired WHERE partition = 0',
    full: ['retired_wrong flow_retired p0'],
    books: ['retired_wrong flow_minute with flow_retired p0'],
  },
  {
    what: 'what was retired changed',
    sql: 'UPDATE flow_retired SET processed = processed - 1 WHERE partition = 0',
    full: ['retired_wrong flow_retired p0'],
    books: ['retired_wrong flow_minute with flow_retired p0'],
  },
  {
    what: 'what was retired under another partition',
    sql: 'UPDATE flow_retired SET partition = 7 WHERE partition = 0',
    full: ['retired_wrong flow_retired p0', 'retired_wrong flow_retired p7'],
    books: [
      'retired_wrong flow_minute with flow_retired p0',
      'retired_wrong flow_minute with flow_retired p7',
    ],
  },
  ...metricRows.flatMap(
    ({ table, time, where, column, count, at, later, key, otherKey, books }): Damage[] => {
      const row = (place: string) => `metric_wrong ${table} ${place}`
      return [
        {
          what: `a row of ${table} removed`,
          sql: `DELETE FROM ${table} WHERE ${first(table, where)}`,
          full: [row(`${at} ${key}`)],
          books: [`metric_wrong ${books}`.replace('@', at)],
        },
        {
          what: `a row of ${table} moved in time`,
          sql: postpone(time, table, where),
          full: [row(`${at} ${key}`), row(`${later} ${key}`)],
          books: [at, later].map(when => `metric_wrong ${books}`.replace('@', when)),
        },
        {
          what: `a row of ${table} under another ${column}`,
          sql: `UPDATE ${table} SET ${column} = 'x' || ${column} WHERE ${first(table, where)}`,
          full: [row(`${at} ${key}`), row(`${at} ${otherKey}`)],
          // Sums by minute and wiki, by hour and wiki or kind of editor stay what they were.
          books:
            table === 'activity_minute'
              ? ['metric_wrong activity_minute 16:01 commonswiki']
              : table === 'namespace_minute'
                ? ['metric_wrong activity_minute or namespace_minute 16:01 commonswiki']
                : [],
        },
        {
          what: `a row of ${table} counted twice`,
          sql: `UPDATE ${table} SET ${count} = ${count} * 2 WHERE ${first(table, where)}`,
          full: [row(`${at} ${key}`)],
          books: [`metric_wrong ${books}`.replace('@', at)],
        },
      ]
    },
  ),
  {
    what: 'bytes added to by hand',
    sql: `UPDATE activity_minute SET bytes_added = bytes_added + 1 WHERE ${first('activity_minute', `${minute} AND type = 'edit'`)}`,
    full: ['metric_wrong activity_minute 16:01 commonswiki, edit, hidden'],
    books: ['metric_wrong page_hour or activity_minute 16:00 commonswiki, bytes_added'],
  },
  {
    what: 'an edit of another size',
    sql: `UPDATE activity_minute SET size_0 = size_0 + 1, size_100 = size_100 - 1 WHERE ${first('activity_minute', `${minute} AND size_100 > 0`)}`,
    full: ['metric_wrong activity_minute 16:01 commonswiki, edit, hidden'],
    books: [],
  },
  {
    what: 'a revert more on a page',
    sql: `UPDATE page_hour SET reverts = reverts + 1 WHERE ${first('page_hour', hour)}`,
    full: ['metric_wrong page_hour 16:00 commonswiki, Page 0 of 0, all well'],
    books: ['metric_wrong page_hour or activity_minute 16:00 commonswiki, reverts'],
  },
]
