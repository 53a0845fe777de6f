/** Something done to the database by hand, and what an audit must then say: no more, no less. */
export type Damage = {
  what: string
  sql: string
  /** The findings of a full audit, as `shortly` tells them. */
  full: string[]
  /** Those of the books alone, which can't see all. */
  books: string[]
}

/** A row in the middle of the test's events, some minutes from the horizons. */
const first = (table: string, where: string) =>
  `ctid = (SELECT ctid FROM ${table} WHERE ${where} ORDER BY ${table}::text LIMIT 1)`
const minute = "minute = '2026-08-04T16:01Z'"
const hour = "hour = '2026-08-04T16:00Z'"
const later = (column: string, table: string, where: string) =>
  `UPDATE ${table} SET ${column} = ${column} + interval '3 hours' WHERE ${first(table, where)}`

const range = 'partition = 0 AND first_offset = 9940'
const dead = 'partition = 0 AND "offset" = 10107'

type Case = readonly [what: string, sql: string]

/** Every table, and in it a row removed, doubled, moved and changed. */
export const cases: readonly Case[] = [
  ['a stored offset set back', 'UPDATE consumer_offset SET next_offset = next_offset - 7 WHERE partition = 0'],
  ['a stored offset set forward', 'UPDATE consumer_offset SET next_offset = next_offset + 7 WHERE partition = 2'],
  ['the beginning of counting changed', 'UPDATE consumer_offset SET first_offset = first_offset - 7 WHERE partition = 0'],
  ['a stored offset removed', 'DELETE FROM consumer_offset WHERE partition = 1'],
  ['a stored offset under another partition', 'UPDATE consumer_offset SET partition = 99 WHERE partition = 1'],
  ["a stored offset under another cluster's name", "UPDATE consumer_offset SET cluster_id = 'another' WHERE partition = 1"],
  ['a block of the ledger removed', 'DELETE FROM count_ledger WHERE partition = 0 AND block = 0'],
  ['an event counted twice in the ledger', 'UPDATE count_ledger SET events = events + 1 WHERE partition = 0 AND block = 0'],
  ['a dead letter counted as an event in the ledger', 'UPDATE count_ledger SET events = events + 1, dead = dead - 1 WHERE partition = 0 AND block = 1'],
  ['an event moved between blocks of the ledger', 'UPDATE count_ledger SET events = events + 1 - 2 * block WHERE partition = 0'],
  ['a block of the ledger under another partition', 'UPDATE count_ledger SET partition = 5 WHERE partition = 1'],
  ['a block of the ledger doubled', 'INSERT INTO count_ledger SELECT partition, block + 1, events, dead FROM count_ledger WHERE partition = 1'],
  ['a dead letter removed', `DELETE FROM dead_letter WHERE ${dead}`],
  ['a dead letter moved to its neighbour', `UPDATE dead_letter SET "offset" = 10108 WHERE ${dead}`],
  ['a dead letter moved behind what is counted', `UPDATE dead_letter SET "offset" = 999108 WHERE ${dead}`],
  ['a dead letter under a partition that there is not', `UPDATE dead_letter SET partition = 77 WHERE ${dead}`],
  ['a dead letter doubled', `INSERT INTO dead_letter SELECT partition, "offset" + 1, reason, detail, appended_at, value_bytes, value_head FROM dead_letter WHERE ${dead}`],
  ['a dead letter told otherwise', `UPDATE dead_letter SET reason = 'empty', value_bytes = 1 WHERE ${dead}`],
  ["a dead letter's bytes changed", `UPDATE dead_letter SET value_head = 'x' WHERE ${dead}`],
  ['a minute of flow removed', `DELETE FROM flow_minute WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`],
  ['a minute of flow moved in time', later('minute', 'flow_minute', `${minute} AND partition = 0`)],
  ['a minute of flow under another partition', `UPDATE flow_minute SET partition = 7 WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`],
  ['a minute of flow counted twice', `UPDATE flow_minute SET processed = processed * 2, delay_over = delay_over * 2 WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`],
  ['a late event more', `UPDATE flow_minute SET late = late + 1 WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`],
  ['a delay more than events', `UPDATE flow_minute SET delay_1s = delay_1s + 1 WHERE ${first('flow_minute', `${minute} AND partition = 0`)}`],
  ['what was retired removed', 'DELETE FROM flow_retired WHERE partition = 0'],
  ['what was retired changed', 'UPDATE flow_retired SET processed = processed - 1 WHERE partition = 0'],
  ['what was retired under another partition', 'UPDATE flow_retired SET partition = 7 WHERE partition = 0'],
  ...(
    [
      ['activity_minute', 'minute', `${minute} AND type = 'edit'`, 'wiki', 'events'],
      ['namespace_minute', 'minute', minute, 'wiki', 'events'],
      ['log_minute', 'minute', minute, 'log_type', 'events'],
      ['page_hour', 'hour', hour, 'title', 'edits'],
      ['user_hour', 'hour', `${hour} AND editor <> 'bot'`, 'user_name', 'edits'],
    ] as const
  ).flatMap(([table, time, where, key, count]): Case[] => [
    [`a row of ${table} removed`, `DELETE FROM ${table} WHERE ${first(table, where)}`],
    [`a row of ${table} moved in time`, later(time, table, where)],
    [`a row of ${table} under another ${key}`, `UPDATE ${table} SET ${key} = 'x' || ${key} WHERE ${first(table, where)}`],
    [`a row of ${table} counted twice`, `UPDATE ${table} SET ${count} = ${count} * 2 WHERE ${first(table, where)}`],
  ]),
  ['bytes added to by hand', `UPDATE activity_minute SET bytes_added = bytes_added + 1 WHERE ${first('activity_minute', `${minute} AND type = 'edit'`)}`],
  ['an edit of another size', `UPDATE activity_minute SET size_0 = size_0 + 1, size_100 = size_100 - 1 WHERE ${first('activity_minute', `${minute} AND size_100 > 0`)}`],
  ['a revert more on a page', `UPDATE page_hour SET reverts = reverts + 1 WHERE ${first('page_hour', hour)}`],
  ['a row of the feed removed', 'DELETE FROM recent_change WHERE partition = 0 AND "offset" = 10106'],
  ['a row of the feed moved behind what is counted', 'UPDATE recent_change SET "offset" = 999106 WHERE partition = 0 AND "offset" = 10106'],
  ["a row of the feed moved to a dead letter's offset", 'UPDATE recent_change SET "offset" = 10107 WHERE partition = 0 AND "offset" = 10106'],
  ['a row of the feed changed', `UPDATE recent_change SET title = 'x', dt = dt + interval '1 ms' WHERE partition = 0 AND "offset" = 10106`],
  ['a row of the feed doubled', 'INSERT INTO recent_change SELECT partition, 10107, dt, wiki, type, namespace, title, user_name, editor, minor, revert, bytes, comment FROM recent_change WHERE partition = 0 AND "offset" = 10106'],
  ["the lake's offset set back", 'UPDATE lake_offset SET next_offset = next_offset - 40 WHERE partition = 0'],
  ["the lake's offset set forward", 'UPDATE lake_offset SET next_offset = next_offset + 3 WHERE partition = 0'],
  ["the lake's beginning changed", 'UPDATE lake_offset SET first_offset = first_offset - 3 WHERE partition = 0'],
  ["the lake's offset removed", 'DELETE FROM lake_offset WHERE partition = 0'],
  ['a range removed', `DELETE FROM lake_range WHERE ${range}`],
  ['the last range removed', 'DELETE FROM lake_range WHERE partition = 0 AND last_offset = 10179'],
  ['a range under another partition', `UPDATE lake_range SET partition = 5 WHERE ${range}`],
  ['a range shortened', `UPDATE lake_range SET first_offset = 9941 WHERE ${range}`],
  ['a range added over others', `INSERT INTO lake_range (partition, first_offset, last_offset, rows, object_key, written_at) VALUES (0, 9950, 9989, 40, 'raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9950-9989.parquet', now())`],
  ['a range added over others, as if about to be written', `INSERT INTO lake_range (partition, first_offset, last_offset, rows, object_key) VALUES (0, 9950, 9989, 40, 'raw/dt=2026-08-04/hour=15/wiki.recentchange-0-9950-9989.parquet')`],
  ["a range's rows changed", `UPDATE lake_range SET rows = 41 WHERE ${range}`],
  ["a range's checksum changed", `UPDATE lake_range SET sha256 = repeat('0', 64) WHERE ${range}`],
]
