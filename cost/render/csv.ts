import { stringify } from 'csv-stringify/sync'
import { type BillLine, type Report } from '../bill.ts'
import { columnsOf } from './comparison.ts'

const columns = [
  'bill',
  'item',
  'name',
  'configuration',
  'quantity',
  'unit',
  'unit_usd',
  'usd',
  'region',
  'sku',
  'source',
  'date',
  'because',
] as const

type Record = Partial<globalThis.Record<(typeof columns)[number], string | number>>

/**
 * A report's lines for a spreadsheet, one row each with its bill in the first column; no totals, so that a column can
 * be summed for each bill. What AWS billed is `billed by service` and `billed by day`. USD aren't rounded; an unknown
 * price leaves its cells empty. A text that a spreadsheet would take for a formula gets an apostrophe in front.
 */
export function renderCsv(report: Report): string {
  const { actual, region } = report
  const records: Record[] = [
    ...columnsOf(report).flatMap(({ id, bill }) => bill.lines.map(line => lineRecord(id, line))),
    ...(actual?.byService ?? []).map(({ service, usd }) => ({
      bill: 'billed by service',
      name: service,
      usd,
      region,
    })),
    ...(actual?.byDay ?? []).map(({ day, usd }) => ({ bill: 'billed by day', name: day, usd, region })),
  ]
  return stringify(records, { header: true, columns: [...columns], escape_formulas: true })
}

function lineRecord(bill: string, { item, name, what, quantity, price, usd, because }: BillLine): Record {
  return {
    bill,
    item,
    name,
    configuration: what,
    quantity,
    ...(price
      ? {
          unit: price.unit,
          unit_usd: price.usd,
          region: price.region,
          source: price.source,
          date: price.date,
        }
      : {}),
    ...(price?.sku === undefined ? {} : { sku: price.sku }),
    ...(usd === undefined ? {} : { usd }),
    ...(because === undefined ? {} : { because }),
  }
}
