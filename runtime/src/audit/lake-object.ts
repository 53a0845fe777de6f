import { createHash, hash } from 'node:crypto'
import { topic } from '../contract.ts'
import { columns, type Row } from '../lake/columns.ts'
import { type ObjectFooter, ObjectFormatError, readFooter, readRows } from '../lake/reader.ts'
import { type LakeRangeRow } from './lake-ranges.ts'

/** A row of an object, as little of it as is needed to know it again. */
export type KnownRow = { partition: number; offset: bigint; identity: string }

/** What an object holds. */
export type LakeObject = {
  /** What differs from what was recorded when it was written, each a few words; empty for the object as it was. */
  problems: string[]
  /** Its rows in their order; undefined when they were not asked for, or can't be read. */
  rows: KnownRow[] | undefined
}

/**
 * Reads an object and holds it against its range: size, checksum, footer, number of rows, least and greatest offset.
 * @param withRows whether its rows are decoded as well, which takes most of the time
 */
export async function inspectObject(
  range: LakeRangeRow,
  body: Buffer,
  withRows: boolean,
): Promise<LakeObject> {
  const problems: string[] = []
  const check = (what: string, recorded: unknown, found: unknown) => {
    if (String(recorded) !== String(found)) problems.push(`${what} ${found}, recorded ${recorded}`)
  }
  if (range.bytes !== undefined) check('bytes', range.bytes, body.length)
  if (range.sha256 !== undefined) {
    check('sha256', short(range.sha256), short(createHash('sha256').update(body).digest('hex')))
  }
  try {
    checkFooter(range, await readFooter(body), check)
    const rows = withRows ? (await readRows(body)).map(known) : undefined
    return { problems, rows }
  } catch (error) {
    if (!(error instanceof ObjectFormatError)) throw error
    return { problems: [...problems, error.message], rows: undefined }
  }
}

function checkFooter(
  range: LakeRangeRow,
  footer: ObjectFooter,
  check: (what: string, recorded: unknown, found: unknown) => void,
): void {
  check('topic', topic.name, footer.topic)
  check('partition', range.partition, footer.partition)
  check('first offset', range.first, footer.first)
  check('last offset', range.last, footer.last)
  check('rows', range.rows, footer.rows)
  check('rows counted', range.rows, footer.countedRows)
  if (!footer.offsets) return
  // Where the log has holes a range may begin or end in one.
  const isDense = BigInt(range.rows) === range.last - range.first + 1n
  const { min, max } = footer.offsets
  if (isDense || min < range.first) check('least offset', range.first, min)
  if (isDense || max > range.last) check('greatest offset', range.last, max)
}

function known(row: Row): KnownRow {
  return {
    partition: Number(row.kafka_partition),
    offset: BigInt(Number(row.kafka_offset)),
    identity: rowIdentity(row),
  }
}

/** A hash of every cell of a row: rows that differ in any have different ones. */
export function rowIdentity(row: Row): string {
  return hash('md5', JSON.stringify(columns.map(({ name }) => cellText(row, name))), 'base64url')
}

/** The columns in which two rows differ. */
export function differingColumns(a: Row, b: Row): string[] {
  return columns.map(({ name }) => name).filter(name => cellText(a, name) !== cellText(b, name))
}

function cellText(row: Row, name: string): string | null {
  const cell = row[name]
  if (cell === undefined) return null
  return Buffer.isBuffer(cell) ? cell.toString('base64') : String(cell)
}

/** The start of a checksum, enough for a person to see that two differ. */
function short(sha256: string): string {
  return `${sha256.slice(0, 12)}…`
}
