import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type BillLine } from '../bill.ts'
import { columnsOf, rowsOf } from './comparison.ts'
import { plannedReport, sampleBill, sampleLine, samplePrice } from './sample.ts'

const price = samplePrice('ipv4', 'hour', 0.005, 'https://example.org/list', '2026-11-01')

test('two equal lines of one bill are two rows: nothing is added up unseen', () => {
  const line = sampleLine('public IPv4', '730 h', 730, price)
  const rows = rowsOf(columnsOf({ ...plannedReport, planned: sampleBill([line, line]) }))
  expect(rows.map(({ first, usd }) => [first, usd])).toEqual([
    [true, [3.65]],
    [false, [3.65]],
  ])
})

test('each bill’s rows add up to the bill, whatever its lines are called', () => {
  const names = fc.constantFrom('host', 'disk', 'constructor', '')
  const line = fc
    .tuple(names, names, fc.integer({ min: 0, max: 1_000 }), fc.boolean())
    .map(
      ([name, what, quantity, known]): BillLine =>
        known ? sampleLine(name, what, quantity, price) : { item: 'x', name, what, quantity },
    )
  const bill = fc.array(line).map(sampleBill)
  fc.assert(
    fc.property(bill, bill, (planned, other) => {
      const columns = columnsOf({ ...plannedReport, planned, whatIf: { ...other, changes: [] } })
      const rows = rowsOf(columns)
      columns.forEach(({ bill: { lines, usd } }, column) => {
        const cells = rows.map(row => row.usd[column]).filter(one => one !== undefined)
        expect(cells).toHaveLength(lines.length)
        const known = cells.filter(one => typeof one === 'number')
        expect(known.reduce((sum, one) => sum + one, 0)).toBeCloseTo(usd, 6)
      })
    }),
  )
})
