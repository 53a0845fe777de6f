/**
 * The lake's columns, declared once: the writer, the reader and the documentation of the files come from this list.
 * A column is only ever added, at the end, with `schemaVersion` counted up; none is renamed or retyped.
 */

/** Written into every object's footer. */
export const schemaVersion = 1

/** `text` is UTF-8, `integer` 64 bits signed, `time` milliseconds in UTC, `json` JSON text. */
export type ColumnType = 'text' | 'integer' | 'boolean' | 'time' | 'json' | 'bytes'

/** `about` says in the documentation what the column holds. */
export type Column = { name: string; type: ColumnType; required?: true; about: string }

/** A column that holds one field of the event, by the field's path in the JSON. */
export type FieldColumn = Column & { path: readonly [string] | readonly [string, string] }

/** Where the record stood in the log, and how it came. */
const originColumns = [
  { name: 'kafka_partition', type: 'integer', required: true, about: 'partition of the log' },
  { name: 'kafka_offset', type: 'integer', required: true, about: 'offset in it' },
  { name: 'kafka_timestamp', type: 'time', required: true, about: 'when the log took the record in' },
  { name: 'sse_id', type: 'text', about: "the source's cursor after this event, the SSE `id` line" },
  { name: 'source', type: 'text', required: true, about: '`live`, `simulate` or `replay`' },
  {
    name: 'oversized_bytes',
    type: 'integer',
    about: 'whole size of an event that was too large for the log, of which only the head is here',
  },
  {
    name: 'event_time',
    type: 'time',
    about: '`meta.dt` as a time, for queries; null when it is none',
  },
] as const satisfies readonly Column[]

const field = (path: FieldColumn['path'], type: ColumnType, name: string = path.join('_')): FieldColumn => ({
  name,
  type,
  path,
  about: `\`${path.join('.')}\` of the event`,
})

/** Every field of mediawiki/recentchange 1.0.1, and what EventStreams adds to `meta`. */
export const fieldColumns: readonly FieldColumn[] = [
  field(['$schema'], 'text', 'schema'),
  field(['meta', 'uri'], 'text'),
  field(['meta', 'request_id'], 'text'),
  field(['meta', 'id'], 'text'),
  field(['meta', 'dt'], 'text'),
  field(['meta', 'domain'], 'text'),
  field(['meta', 'stream'], 'text'),
  field(['meta', 'topic'], 'text'),
  field(['meta', 'partition'], 'integer'),
  field(['meta', 'offset'], 'integer'),
  field(['id'], 'integer'),
  field(['type'], 'text'),
  field(['namespace'], 'integer'),
  field(['title'], 'text'),
  field(['title_url'], 'text'),
  field(['comment'], 'text'),
  field(['parsedcomment'], 'text'),
  field(['timestamp'], 'integer'),
  // `user` is a reserved word of SQL.
  field(['user'], 'text', 'user_name'),
  field(['bot'], 'boolean'),
  field(['notify_url'], 'text'),
  field(['minor'], 'boolean'),
  field(['patrolled'], 'boolean'),
  field(['length', 'old'], 'integer'),
  field(['length', 'new'], 'integer'),
  field(['revision', 'old'], 'integer'),
  field(['revision', 'new'], 'integer'),
  field(['server_url'], 'text'),
  field(['server_name'], 'text'),
  field(['server_script_path'], 'text'),
  field(['wiki'], 'text'),
  field(['log_id'], 'integer'),
  field(['log_type'], 'text'),
  field(['log_action'], 'text'),
  field(['log_action_comment'], 'text'),
  // An object, an array or a string, of more than thirty shapes.
  field(['log_params'], 'json'),
]

const restColumns = [
  {
    name: 'extra',
    type: 'json',
    about:
      "fields without a column, and fields that aren't of their column's type, under their path in an object",
  },
  {
    name: 'raw',
    type: 'bytes',
    about: "the record's bytes: of a dead letter, and where the columns can't give back the exact JSON",
  },
  {
    name: 'inexact',
    type: 'text',
    about: 'why the columns are not exact, a fixed word; the event is counted all the same',
  },
  {
    name: 'error',
    type: 'text',
    about: 'why the workers made a dead letter of it: the word of `dead_letter.reason`',
  },
] as const satisfies readonly Column[]

/** All columns, in the order in which they stand in the file. */
export const columns: readonly Column[] = [...originColumns, ...fieldColumns, ...restColumns]

/** A cell as it goes into a file; undefined is null. Integers are safe integers, times whole milliseconds. */
export type Cell = string | number | boolean | Buffer | undefined

/** One record of the log as a row of the lake, by column name. */
export type Row = Record<string, Cell>
