import { type Client } from 'pg'
import { topic } from '../../runtime/src/contract.ts'

/** Minutes before now, as whole minutes of UTC. */
export function minutesAgo(minutes: number): Date {
  return new Date(Math.floor(Date.now() / 60_000 - minutes) * 60_000)
}

/** A row of a table as column names and values. */
type Values = Record<string, unknown>

async function insert(client: Client, table: string, defaults: Values, row: Values): Promise<void> {
  const values = { ...defaults, ...row }
  const names = Object.keys(values).map(name => client.escapeIdentifier(name))
  const places = names.map((_, index) => `$${index + 1}`)
  await client.query(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places.join(', ')})`,
    Object.values(values),
  )
}

/** Says that a partition was counted up to an offset. */
export const addPosition = (client: Client, row: Values) =>
  insert(
    client,
    'consumer_offset',
    { cluster_id: 'cluster-a', topic: topic.name, partition: 0, first_offset: 0, next_offset: 1 },
    row,
  )

const sizes = { size_0: 0, size_10: 0, size_100: 0, size_1000: 0, size_10000: 0, size_over: 0 }

/** Adds a minute's activity of one wiki, type and kind of editor. */
export const addActivity = (client: Client, row: Values) =>
  insert(
    client,
    'activity_minute',
    {
      minute: minutesAgo(1),
      wiki: 'enwiki',
      type: 'edit',
      editor: 'registered',
      events: 1,
      bytes_added: 0,
      bytes_removed: 0,
      minor: 0,
      major: 0,
      reverts: 0,
      ...sizes,
    },
    row,
  )

const delays = {
  delay_1s: 0,
  delay_2s: 0,
  delay_5s: 0,
  delay_10s: 0,
  delay_30s: 0,
  delay_60s: 0,
  delay_300s: 0,
  delay_over: 0,
}

/** Adds a minute's flow through one partition. */
export const addFlow = (client: Client, row: Values) =>
  insert(
    client,
    'flow_minute',
    {
      minute: minutesAgo(1),
      partition: 0,
      processed: 0,
      dead: 0,
      late: 0,
      simulated: 0,
      replayed: 0,
      repaired: 0,
      ...delays,
    },
    row,
  )

/** Adds a change to the feed. */
export const addChange = (client: Client, row: Values) =>
  insert(
    client,
    'recent_change',
    {
      partition: 0,
      offset: 0,
      dt: new Date(),
      wiki: 'enwiki',
      type: 'edit',
      namespace: 0,
      title: 'Fox',
      user_name: 'Editor1',
      editor: 'registered',
      minor: false,
      revert: false,
      bytes: 12,
      comment: '',
    },
    row,
  )

/** Adds a page's edits in an hour. */
export const addPage = (client: Client, row: Values) =>
  insert(
    client,
    'page_hour',
    {
      hour: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000),
      wiki: 'enwiki',
      title: 'Fox',
      edits: 1,
      bytes_added: 0,
      bytes_removed: 0,
      reverts: 0,
      editors: [1],
    },
    row,
  )

/** Adds a dead letter. */
export const addDeadLetter = (client: Client, row: Values) =>
  insert(
    client,
    'dead_letter',
    {
      partition: 0,
      offset: 0,
      reason: 'not_json',
      detail: 'the value is not JSON',
      appended_at: new Date(),
      value_bytes: 12,
    },
    row,
  )

/** Names a wiki's server. */
export const addWiki = (client: Client, row: Values) =>
  insert(
    client,
    'wiki',
    { wiki: 'enwiki', server_name: 'en.wikipedia.org', project: 'wikipedia', language: 'en' },
    row,
  )

/** Says that the lake has sealed a partition up to an offset. */
export const addSealed = (client: Client, row: Values) =>
  insert(
    client,
    'lake_offset',
    { cluster_id: 'cluster-a', topic: topic.name, partition: 0, first_offset: 0, next_offset: 0 },
    row,
  )

/** Adds a sealed range; it is written once `written_at` says so. */
export const addRange = (client: Client, row: Values) =>
  insert(
    client,
    'lake_range',
    { partition: 0, first_offset: 0, last_offset: 9, rows: 10, object_key: 'raw/a.parquet' },
    row,
  )
