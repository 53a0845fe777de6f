import { type Bill, type BillLine, type Report } from '../bill.ts'
import { type Price } from '../prices.ts'

/** One of the bills that stand side by side. */
export type Column = { id: 'planned' | 'what if' | 'live' | 'so far'; title: string; bill: Bill }

/** A line of the table: an item in one configuration, with what it costs in each bill that has it so. */
export type Row = {
  name: string
  /** Whether it is the item's first row: the others don't repeat its name. */
  first: boolean
  item: string
  what: string
  price?: Price
  because?: string
  /** USD, by column; undefined in bills that don't have it so. */
  usd: readonly (number | 'unknown' | undefined)[]
}

/** The bills of a report, in the order in which they stand side by side. */
export function columnsOf({ planned, whatIf, live }: Report): Column[] {
  const alone = !whatIf && !live
  return [
    { id: 'planned', title: alone ? 'a month' : 'planned', bill: planned },
    ...(whatIf ? [{ id: 'what if', title: 'what if', bill: whatIf } as const] : []),
    ...(live
      ? [
          { id: 'live', title: 'live', bill: live.aMonth } as const,
          { id: 'so far', title: 'so far', bill: live.soFar } as const,
        ]
      : []),
  ]
}

/**
 * The lines of several bills as rows of one table. Lines of one name stand together; those of the same configuration
 * share a row, so that a row below another is what differs.
 */
export function rowsOf(columns: readonly Column[]): Row[] {
  const names = [...new Set(columns.flatMap(({ bill }) => bill.lines.map(({ name }) => name)))]
  return names.flatMap(name => {
    const rows: { line: BillLine; usd: Row['usd'][number][] }[] = []
    columns.forEach(({ bill }, column) => {
      for (const line of bill.lines.filter(one => one.name === name)) {
        // Two equal lines of one bill are two rows: nothing is added up unseen.
        let row = rows.find(
          one => one.line.item === line.item && one.line.what === line.what && one.usd[column] === undefined,
        )
        if (!row) {
          row = { line, usd: columns.map(() => undefined) }
          rows.push(row)
        }
        row.usd[column] = line.usd ?? 'unknown'
      }
    })
    return rows.map(({ line: { item, what, price, because }, usd }, index) => ({
      name,
      first: index === 0,
      item,
      what,
      ...(price ? { price } : {}),
      ...(because === undefined ? {} : { because }),
      usd,
    }))
  })
}

/** Items of which no price is known, in any of a report's bills. */
export function unpricedOf(report: Report): string[] {
  return [...new Set(columnsOf(report).flatMap(({ bill }) => bill.unpriced))]
}
