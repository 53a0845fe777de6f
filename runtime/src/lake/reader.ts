import parquet from 'parquetjs-lite'
import { type Cell, type Column, columns, type Row } from './columns.ts'

/** What an object says of itself: `first` … `rows` by its footer's text, the rest counted by Parquet. */
export type ObjectFooter = {
  topic: string
  partition: number
  first: bigint
  last: bigint
  rows: number
  schemaVersion: number
  /** Rows that are there. */
  countedRows: number
  /** Least and greatest offset that are there, by the column's statistics. */
  offsets: { min: bigint; max: bigint } | undefined
}

/** The bytes are no object of the lake: not Parquet, cut short, or without our footer. */
export class ObjectFormatError extends Error {
  override name = 'ObjectFormatError'
}

/** Reads the footer alone. @throws ObjectFormatError */
export function readFooter(object: Buffer): Promise<ObjectFooter> {
  return opened(object, async reader => {
    const text = reader.getMetadata()
    const offsets = reader.metadata.row_groups.map(group => {
      const column = group.columns.find(chunk => chunk.meta_data.path_in_schema.join('.') === 'kafka_offset')
      const { min_value: min, max_value: max } = column?.meta_data.statistics ?? {}
      return min && max ? { min: int64(min), max: int64(max) } : undefined
    })
    return {
      topic: footerText(text, 'topic'),
      partition: footerInteger(text, 'partition'),
      first: BigInt(footerInteger(text, 'first')),
      last: BigInt(footerInteger(text, 'last')),
      rows: footerInteger(text, 'rows'),
      schemaVersion: footerInteger(text, 'schema-version'),
      countedRows: Number(reader.metadata.num_rows),
      offsets: offsets.length === 1 ? offsets[0] : undefined,
    }
  })
}

/**
 * Reads rows, in the order of the file; only the named columns where some are named, which is much cheaper.
 * A column that the file doesn't have is left out: the file is older than the column.
 * @throws ObjectFormatError
 */
export function readRows(object: Buffer, names?: readonly string[]): Promise<Row[]> {
  return opened(object, async reader => {
    const schema = reader.getSchema()
    const rows: Row[] = []
    for (const { columns: chunks } of reader.metadata.row_groups) {
      const start = rows.length
      for (const chunk of chunks) {
        const path = chunk.meta_data.path_in_schema
        const column = columnOf.get(path.join('.'))
        if (!column || names?.includes(column.name) === false) continue
        // The library's own row cursor can't read the times it wrote (a BigInt where it wants a number).
        const { dlevels, values } = await reader.envelopeReader.readColumnChunk(schema, chunk, {
          rawStatistics: true,
        })
        const present = schema.findField(path).dLevelMax
        let next = 0
        for (const [index, level] of dlevels.entries()) {
          const row = rows[start + index] ?? {}
          rows[start + index] = row
          if (level === present) row[column.name] = toCell(column, values[next++])
        }
      }
    }
    return rows
  })
}

const columnOf = new Map<string, Column>(columns.map(column => [column.name, column]))

/** The cell of a value as Parquet stores it: an integer, a boolean or bytes. */
function toCell({ name, type }: Column, value: unknown): Cell {
  if (type === 'boolean' && typeof value === 'boolean') return value
  if ((type === 'integer' || type === 'time') && typeof value === 'bigint') return Number(value)
  if (type === 'bytes' && Buffer.isBuffer(value)) return value
  if ((type === 'text' || type === 'json') && Buffer.isBuffer(value)) return value.toString('utf8')
  throw new ObjectFormatError(`column ${name} holds ${typeof value}, which is not ${type}`)
}

function int64(bytes: Buffer | string): bigint {
  return Buffer.from(bytes as string).readBigInt64LE(0)
}

async function opened<T>(
  object: Buffer,
  read: (reader: InstanceType<typeof parquet.ParquetReader>) => Promise<T>,
): Promise<T> {
  try {
    const reader = await parquet.ParquetReader.openBuffer(object, { rawStatistics: true })
    return await read(reader)
  } catch (error) {
    if (error instanceof ObjectFormatError) throw error
    const cause = error instanceof Error ? error.message : String(error)
    throw new ObjectFormatError(`not a whole Parquet object of the lake: ${cause}`, { cause: error })
  }
}

function footerText(text: Record<string, string>, key: string): string {
  const value = text[key]
  if (value === undefined) throw new ObjectFormatError(`the footer has no ${JSON.stringify(key)}`)
  return value
}

function footerInteger(text: Record<string, string>, key: string): number {
  const value = footerText(text, key)
  if (!/^\d{1,16}$/.test(value))
    throw new ObjectFormatError(`the footer's ${key} is ${JSON.stringify(value)}`)
  return Number(value)
}
