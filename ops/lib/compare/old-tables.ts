import { visible } from '../cloud/fact-text.ts'
import { UserError } from '../script.ts'
import { type ColumnFlags, type Columns, chooseColumns, columnsInWords, type FoundColumn } from './columns.ts'

/** A row of information_schema.columns. */
export type ColumnRow = { schema: string; table: string; column: string; type: string }

/** A table of the old database, and what its columns are for. */
export type OldTable = { schema: string; table: string; columns: Columns; timeType: string }

const times = /^(timestamp|date$)/
const numbers = /^(smallint|integer|bigint|numeric|real|double precision)$/
/** Types of a column of times when a flag, or its name, says that it is one. */
const maybeTimes = /^(timestamp|date$|bigint|integer|numeric|double precision|text|character)/

/**
 * The table that holds the old counts: the one that is named, or the only one that has a time.
 * @throws UserError with the candidates when it isn't one alone, and for a table or column that isn't there.
 */
export function chooseTable(
  rows: readonly ColumnRow[],
  flags: ColumnFlags & { table?: string | undefined },
): OldTable {
  const tables = Map.groupBy(rows, ({ schema, table }) => JSON.stringify([schema, table]))
  const named = flags.table
  const meant = [...tables.values()].filter(([first]) => {
    if (!first || named === undefined) return first !== undefined
    return named === first.table || named === `${first.schema}.${first.table}`
  })
  if (named !== undefined && meant.length === 0) {
    const there = [...tables.values()].map(([first]) => first && nameOf(first)).slice(0, 20)
    throw new UserError(
      `the old database has no table ${visible(named)} (--table) that may be read; there is: ${there.join(', ') || 'none'}`,
    )
  }
  const candidates = meant.flatMap(columns => candidateOf(columns, flags, named !== undefined))
  const counting = candidates.filter(({ columns }) => columns.count !== undefined)
  const [only, another] = counting.length > 0 ? counting : candidates
  if (only && !another) return only
  if (only) throw severalTables(counting.length > 0 ? counting : candidates)
  const where =
    named === undefined ? 'the old database has no table' : `table ${visible(named)} has no column`
  throw new UserError(
    `${where} ${named === undefined ? 'with a column ' : ''}that is known to be a time: name them with --table and --time, and the count with --count`,
  )
}

function candidateOf(rows: readonly ColumnRow[], flags: ColumnFlags, isNamed: boolean): OldTable[] {
  const [first] = rows
  if (!first) return []
  const found: FoundColumn[] = rows.map(({ column, type }) => ({
    name: column,
    isTime: times.test(type) || (maybeTimes.test(type) && column === flags.time),
    isNumber: numbers.test(type),
  }))
  // A column that one table of many doesn't have only says that another table is meant.
  const isThere = (flag: string | undefined) =>
    flag === undefined || rows.some(({ column }) => column === flag)
  const { time, count, wiki, type, bot } = flags
  if (!isNamed && ![time, count, wiki, type, bot].every(isThere)) return []
  const columns = chooseColumns(found, flags, nameOf(first))
  const timeType = rows.find(({ column }) => column === columns?.time)?.type
  if (!columns || timeType === undefined) return []
  if (!maybeTimes.test(timeType)) {
    throw new UserError(
      `column ${visible(columns.time)} of ${nameOf(first)} is of type ${visible(timeType)}, which is no time`,
    )
  }
  return [{ schema: first.schema, table: first.table, columns, timeType }]
}

function severalTables(candidates: readonly OldTable[]): UserError {
  const lines = candidates.map(one => `  --table ${nameOf(one)}    (${columnsInWords(one.columns)})`)
  return new UserError(
    `several tables of the old database may hold its counts; say which:\n${lines.join('\n')}`,
  )
}

/** A table's name as `--table` takes it. */
export function nameOf({ schema, table }: { schema: string; table: string }): string {
  return visible(`${schema}.${table}`)
}
