import { visible } from '../../ops/lib/cloud/fact-text.ts'
import { type Report } from '../bill.ts'
import { type Citation, citationOf } from './citations.ts'
import { gap, inColumns } from './columns.ts'
import { columnsOf, type Row, rowsOf } from './comparison.ts'
import { totalText, unitPriceText, usdText } from './money.ts'

/** A line of the table, and what it is: heads and totals are painted otherwise than rules. */
export type TableLine = { kind: 'head' | 'rule' | 'line' | 'total'; line: string }

/** A configuration in fewer characters isn't read any more; then its unit price stands below it. */
const leastConfiguration = 22

/** The table of a report in so many columns: item, configuration, unit price, USD in each bill, and the totals. */
export function tableLines(report: Report, citations: readonly Citation[], width: number): TableLine[] {
  const bills = columnsOf(report)
  const rows = rowsOf(bills)
  const amounts = bills.map((column, index) => {
    const cells = rows.map(({ usd }) => amountText(usd[index]))
    return Math.max(...[column.title, totalText(column.bill), ...cells].map(text => text.length))
  })
  const units = rows.map(row => unitText(row, citations))
  const name = Math.min(18, widest(['total', ...rows.map(row => visible(row.name))]))
  const unit = widest(['unit price', ...units])
  const taken = amounts.reduce((sum, one) => sum + one + gap, name + gap)
  const wide = width - taken - unit - gap >= leastConfiguration
  const what = wide
    ? Math.min(width - taken - unit - gap, widest(rows.map(row => whatText(row))))
    : Math.max(leastConfiguration, width - taken)
  const settings = [
    { width: name, align: 'left' },
    { width: Math.max(what, 'configuration'.length), align: 'left' },
    ...(wide ? [{ width: unit, align: 'left' } as const] : []),
    ...amounts.map(one => ({ width: one, align: 'right' }) as const),
  ] as const
  const lines = (kind: TableLine['kind'], ...cells: string[][]): TableLine[] =>
    inColumns(cells, settings).map(line => ({ kind, line }))
  const rule = lines(
    'rule',
    settings.map(one => '─'.repeat(one.width)),
  )
  return [
    ...lines('head', [
      'item',
      'configuration',
      ...(wide ? ['unit price'] : []),
      ...bills.map(one => one.title),
    ]),
    ...rule,
    ...rows.flatMap((row, index) =>
      lines('line', [
        row.first ? visible(row.name) : '',
        wide ? whatText(row) : `${whatText(row)}\nat ${units[index]}`,
        ...(wide ? [units[index] ?? ''] : []),
        ...row.usd.map(amountText),
      ]),
    ),
    ...rule,
    ...lines('total', ['total', '', ...(wide ? [''] : []), ...bills.map(({ bill }) => totalText(bill))]),
  ]
}

function whatText({ what, because }: Row): string {
  return visible(because === undefined ? what : `${what} (${because})`)
}

function unitText({ price }: Row, citations: readonly Citation[]): string {
  if (!price) return 'unknown'
  const cited = citationOf(price, citations)
  return `${unitPriceText(price)} [${cited?.mark ?? '?'}${cited?.old ? '!' : ''}]`
}

function amountText(usd: Row['usd'][number]): string {
  return usd === undefined ? '' : usd === 'unknown' ? 'unknown' : usdText(usd)
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(text => text.length))
}
