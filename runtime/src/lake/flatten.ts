import { isUtf8 } from 'node:buffer'
import { type Cell, type ColumnType, type FieldColumn, fieldColumns, type Row } from './columns.ts'
import { inexactness } from './exactness.ts'

type JsonObject = Record<string, unknown>

/**
 * The cells of an event: its fields in their columns, and what has none in `extra`. Where that would lose something
 * the bytes are kept as well, and `inexact` says why. Undefined for what isn't a JSON object in UTF-8.
 */
export function flatten(bytes: Buffer): Row | undefined {
  const parsed = parseObject(bytes)
  if (!parsed) return undefined
  const row: Row = {}
  const extra = rest(parsed.value, topFields, row)
  if (extra) row.extra = jsonText(extra)
  if (typeof row.meta_dt === 'string') row.event_time = timeOf(row.meta_dt)
  row.inexact = inexactness(parsed.text, parsed.value)
  if (row.inexact !== undefined) row.raw = bytes
  return row
}

/**
 * The JSON object that a row was made from, or the record's bytes where the row keeps them; undefined for a record
 * without a value.
 */
export function restore(row: Row): JsonObject | Buffer | undefined {
  if (row.raw !== undefined) return Buffer.isBuffer(row.raw) ? row.raw : Buffer.from(String(row.raw))
  if (row.error !== undefined) return undefined
  const event: JsonObject = typeof row.extra === 'string' ? JSON.parse(row.extra) : {}
  for (const column of fieldColumns) {
    const cell = row[column.name]
    if (cell === undefined) continue
    const value: unknown = column.type === 'json' ? JSON.parse(String(cell)) : cell
    const [parent, child] = column.path
    if (child === undefined) event[parent] = value
    else event[parent] = { ...(event[parent] as JsonObject | undefined), [child]: value }
  }
  return event
}

function parseObject(bytes: Buffer): { text: string; value: JsonObject } | undefined {
  if (!isUtf8(bytes)) return undefined
  const text = bytes.toString('utf8')
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? { text, value } : undefined
  } catch {
    return undefined
  }
}

/** Column of a top-level field, or the columns of the fields inside it. */
const topFields = new Map<string, FieldColumn | Map<string, FieldColumn>>()
for (const column of fieldColumns) {
  const [parent, child] = column.path
  if (child === undefined) {
    topFields.set(parent, column)
  } else {
    const inner = topFields.get(parent)
    if (inner instanceof Map) inner.set(child, column)
    else topFields.set(parent, new Map([[child, column]]))
  }
}

/** Puts the fields that have a column into the row, and gives back those that have none; undefined for none at all. */
function rest(
  object: JsonObject,
  fields: ReadonlyMap<string, FieldColumn | Map<string, FieldColumn>>,
  row: Row,
): JsonObject | undefined {
  // No prototype: a field may be called `__proto__`.
  const extra: JsonObject = Object.create(null)
  let any = false
  for (const [name, value] of Object.entries(object)) {
    const known = fields.get(name)
    let kept: unknown = value
    if (known instanceof Map) {
      // An empty object would leave no trace in the columns.
      if (isObject(value) && Object.keys(value).length > 0) kept = rest(value, known, row)
    } else if (known) {
      const cell = toCell(known.type, value)
      if (cell !== undefined) {
        row[known.name] = cell
        kept = undefined
      }
    }
    if (kept !== undefined) {
      extra[name] = kept
      any = true
    }
  }
  return any ? extra : undefined
}

/** The value as a cell of that type; undefined when it isn't of that type. */
function toCell(type: ColumnType, value: unknown): Cell {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value.toWellFormed() : undefined
    case 'integer':
      return Number.isSafeInteger(value) ? (value as number) : undefined
    case 'boolean':
      return typeof value === 'boolean' ? value : undefined
    case 'json':
      return jsonText(value)
    default:
      return undefined
  }
}

/**
 * JSON that any reader takes: JSON.stringify writes a lone surrogate as an escape, which DuckDB and others refuse.
 * A value too deep for the stack becomes null: such a row keeps its bytes.
 */
function jsonText(value: unknown): string {
  try {
    const text = JSON.stringify(value)
    return /\\ud[89a-f]/.test(text)
      ? text.replace(/\\(?:u(d[89a-f][0-9a-f]{2})|.)/g, (escaped, lone) => (lone ? '\ufffd' : escaped))
      : text
  } catch (error) {
    if (error instanceof RangeError) return 'null'
    throw error
  }
}

/** Milliseconds of an ISO time in UTC; undefined for any other text, and for a time before 1970. */
function timeOf(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/.test(text)) return undefined
  const time = Date.parse(text)
  return time >= 0 ? time : undefined
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
