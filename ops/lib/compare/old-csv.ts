import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse'
import { visible } from '../cloud/fact-text.ts'
import { UserError } from '../script.ts'
import { showValue } from '../stack/show-value.ts'
import { type ColumnFlags, type Columns, chooseColumns, columnsInWords, type FoundColumn } from './columns.ts'
import { type Dimension, dimensions, type OldCounts } from './old-counts.ts'
import { readTime } from './old-time.ts'
import { minuteMs } from './our-minutes.ts'
import { createTally, type OldRows } from './tally.ts'

/** A longer field, in characters, is no count: a quotation mark that isn't closed swallows the rest of a file. */
const longestRecord = 100_000
/** Bytes from which the header and the delimiter are told. */
const headBytes = 64 * 1024

/**
 * Reads the old counts from a CSV file with a header: in UTF-8, with or without a byte order mark, parted by commas,
 * semicolons or tabs.
 * @param within rows of other times are left out; their times as they stand.
 * @throws UserError that names the file, the line and the value of what can't be read.
 */
export async function readOldCsv(
  path: string,
  flags: ColumnFlags,
  within: { fromMs: number; toMs: number } = { fromMs: -Infinity, toMs: Infinity },
): Promise<OldCounts> {
  const parser = parse({
    bom: true,
    delimiter: await delimiterOf(path),
    info: true,
    skip_empty_lines: true,
    relax_column_count: false,
    max_record_size: longestRecord,
  })
  const input = createReadStream(path).on('error', error => parser.destroy(error))
  input.pipe(parser)
  const groups = new Map<string, OldRows>()
  let header: string[] | undefined
  let columns: Columns | undefined
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[]
      info: { lines: number }
    }>) {
      if (!header) {
        header = headerOf(record, path)
        continue
      }
      columns ??= columnsOf(header, record, flags, path)
      const rows = rowOf(header, columns, record, `${path}, line ${info.lines}`)
      if (rows.startMs >= within.fromMs && rows.startMs < within.toMs) gatherRow(groups, rows)
    }
  } catch (error) {
    throw inWords(error, path)
  } finally {
    input.destroy()
  }
  if (!header) throw new UserError(`${path} is empty: a CSV file with a header is needed`)
  if (!columns) throw new UserError(`${path} holds a header and no row`)
  const tally = createTally()
  for (const rows of groups.values()) tally.add(rows)
  return tally.done(`${visible(path)} (${columnsInWords(columns)})`)
}

/** Rows that differ in their count alone are one. */
function gatherRow(groups: Map<string, OldRows>, row: OldRows): void {
  const key = JSON.stringify([row.startMs, ...dimensions.map(name => row[name])])
  const known = groups.get(key)
  if (!known) groups.set(key, row)
  else {
    known.rows += 1
    known.sum += row.sum
    known.largest = Math.max(known.largest, row.largest)
  }
}

function headerOf(record: readonly string[], path: string): string[] {
  const names = record.map(name => name.trim())
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) {
    throw new UserError(`${path} has two columns ${showValue(twice)}: which one is meant can't be told`)
  }
  return names
}

function columnsOf(
  header: readonly string[],
  first: readonly string[],
  flags: ColumnFlags,
  path: string,
): Columns {
  const found: FoundColumn[] = header.map((name, i) => ({
    name,
    isTime: readTime(first[i] ?? '') !== undefined,
    isNumber: countOf(first[i] ?? '') !== undefined,
  }))
  const columns = chooseColumns(found, flags, path)
  if (columns) return columns
  const names = header.map(visible).join(', ')
  throw new UserError(
    `${path} has no column that is known to be a time; its columns are ${names}: name it with --time, and the count with --count`,
  )
}

function rowOf(
  header: readonly string[],
  columns: Columns,
  record: readonly string[],
  where: string,
): OldRows {
  const field = (name: string) => record[header.indexOf(name)] ?? ''
  const time = (name: string): number => {
    const ms = readTime(field(name))
    if (ms !== undefined) return ms
    throw new UserError(
      `${where}: ${visible(name)} is ${showValue(field(name))}; allowed: a time such as 2026-11-20 08:00:00, or seconds or milliseconds since 1970`,
    )
  }
  const startMs = time(columns.time)
  const values = Object.fromEntries(
    dimensions.flatMap((name: Dimension) =>
      columns[name] === undefined ? [] : [[name, field(columns[name])]],
    ),
  )
  if (columns.count === undefined) {
    // An event's own second says nothing here.
    return { startMs: Math.floor(startMs / minuteMs) * minuteMs, rows: 1, sum: 1, largest: 1, ...values }
  }
  const sum = countOf(field(columns.count))
  if (sum === undefined) {
    throw new UserError(
      `${where}: ${visible(columns.count)} is ${showValue(field(columns.count))}; allowed: a number from 0`,
    )
  }
  const endMs = columns.end === undefined ? undefined : time(columns.end)
  return { startMs, endMs, rows: 1, sum, largest: sum, ...values }
}

/** A count as it is printed: `1234`, also `1234.0`; undefined for what is none. */
function countOf(text: string): number | undefined {
  return /^\s*\d{1,15}(\.\d+)?\s*$/.test(text) ? Number(text) : undefined
}

async function delimiterOf(path: string): Promise<string> {
  const file = await open(path).catch(error => {
    throw inWords(error, path)
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    const [line = ''] = buffer.toString('utf8', 0, bytesRead).split(/\r?\n|\r/)
    const often = (delimiter: string) => line.split(delimiter).length
    return [',', ';', '\t'].reduce((best, one) => (often(one) > often(best) ? one : best))
  } catch (error) {
    throw inWords(error, path)
  } finally {
    await file.close()
  }
}

function inWords(error: unknown, path: string): unknown {
  if (error instanceof UserError) return error
  if (error instanceof CsvError) return new UserError(`${path} is no whole CSV: ${visible(error.message)}`)
  if (error instanceof Error && 'code' in error) {
    return new UserError(`${path} can't be read: ${String(error.code)}`)
  }
  return error
}
