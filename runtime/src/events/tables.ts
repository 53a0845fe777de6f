/**
 * The tables that a batch of events adds to, declared once: the aggregate folds rows by these keys, and the
 * statement that stores them is built from these columns.
 *
 * A column is part of the key, is summed when two rows meet, is a set whose members are united, or is kept as it is.
 */
type Role = 'key' | 'sum' | 'set' | 'keep'
type SqlType = 'timestamptz' | 'text' | 'integer' | 'bigint' | 'boolean' | 'bytea'
type Value = string | number | bigint | boolean | Uint8Array | null | readonly bigint[]
type Column<V extends Value> = { role: Role; sql: SqlType; value?: V }

const column =
  <V extends Value>(role: Role, sql: SqlType) =>
  (): Column<V> => ({ role, sql })

/** Instants are ISO 8601 text: PostgreSQL reads it, and its order is the order of time. */
const key = {
  instant: column<string>('key', 'timestamptz'),
  text: column<string>('key', 'text'),
  integer: column<number>('key', 'integer'),
  bigint: column<bigint>('key', 'bigint'),
}
const sum = column<number>('sum', 'bigint')
const set = column<readonly bigint[]>('set', 'bigint')
const keep = {
  instant: column<string>('keep', 'timestamptz'),
  text: column<string>('keep', 'text'),
  textOrNull: column<string | null>('keep', 'text'),
  integer: column<number>('keep', 'integer'),
  size: column<number>('keep', 'bigint'),
  sizeOrNull: column<number | null>('keep', 'bigint'),
  boolean: column<boolean>('keep', 'boolean'),
  bytesOrNull: column<Uint8Array | null>('keep', 'bytea'),
}

const tables = {
  activity_minute: {
    minute: key.instant(),
    wiki: key.text(),
    type: key.text(),
    editor: key.text(),
    events: sum(),
    bytes_added: sum(),
    bytes_removed: sum(),
    minor: sum(),
    major: sum(),
    reverts: sum(),
    size_0: sum(),
    size_10: sum(),
    size_100: sum(),
    size_1000: sum(),
    size_10000: sum(),
    size_over: sum(),
  },
  namespace_minute: { minute: key.instant(), wiki: key.text(), namespace: key.integer(), events: sum() },
  log_minute: {
    minute: key.instant(),
    wiki: key.text(),
    log_type: key.text(),
    log_action: key.text(),
    events: sum(),
  },
  page_hour: {
    hour: key.instant(),
    wiki: key.text(),
    title: key.text(),
    edits: sum(),
    bytes_added: sum(),
    bytes_removed: sum(),
    reverts: sum(),
    editors: set(),
  },
  user_hour: {
    hour: key.instant(),
    user_name: key.text(),
    editor: key.text(),
    edits: sum(),
    bytes_added: sum(),
    bytes_removed: sum(),
    reverts: sum(),
  },
  recent_change: {
    partition: key.integer(),
    offset: key.bigint(),
    dt: keep.instant(),
    wiki: keep.text(),
    type: keep.text(),
    namespace: keep.integer(),
    title: keep.text(),
    user_name: keep.textOrNull(),
    editor: keep.text(),
    minor: keep.boolean(),
    revert: keep.boolean(),
    bytes: keep.sizeOrNull(),
    comment: keep.text(),
  },
  wiki: { wiki: key.text(), server_name: keep.text(), project: keep.text(), language: keep.textOrNull() },
  flow_minute: {
    minute: key.instant(),
    partition: key.integer(),
    processed: sum(),
    dead: sum(),
    late: sum(),
    simulated: sum(),
    replayed: sum(),
    repaired: sum(),
    delay_1s: sum(),
    delay_2s: sum(),
    delay_5s: sum(),
    delay_10s: sum(),
    delay_30s: sum(),
    delay_60s: sum(),
    delay_300s: sum(),
    delay_over: sum(),
  },
  count_ledger: { partition: key.integer(), block: key.bigint(), events: sum(), dead: sum() },
  dead_letter: {
    partition: key.integer(),
    offset: key.bigint(),
    reason: keep.text(),
    detail: keep.text(),
    appended_at: keep.instant(),
    value_bytes: keep.size(),
    value_head: keep.bytesOrNull(),
  },
} as const satisfies Record<string, Record<string, Column<Value>>>

export type TableName = keyof typeof tables

/** The names of all tables, in the order in which a statement adds to them. */
export const tableNames = Object.keys(tables) as TableName[]

/** A row of a table, by column name. */
export type Row<T extends TableName> = {
  [C in keyof (typeof tables)[T]]: (typeof tables)[T][C] extends Column<infer V> ? V : never
}

/** Rows for every table: one row a key, sorted by key, so that concurrent writers lock in one order. */
export type Rows = { [T in TableName]: Row<T>[] }

/** The columns of a table, in order. */
export function columnsOf(table: TableName): { name: string; role: Role; sql: SqlType }[] {
  return Object.entries(tables[table]).map(([name, { role, sql }]) => ({ name, role, sql }))
}
