import { expect, test } from 'vitest'
import { renderCsv } from './csv.ts'
import { fullReport, plannedReport, sampleBill, sampleLine, samplePrice } from './sample.ts'

const price = samplePrice('ipv4', 'hour', 0.005, 'https://example.org/list', '2026-11-01')

test.each(['=HYPERLINK("http://evil")', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1'])(
  'a name that a spreadsheet would run as a formula is text: %j',
  name => {
    const text = renderCsv({ ...plannedReport, planned: sampleBill([sampleLine(name, 'x', 1, price)]) })
    expect(text.split('ipv4,')[1]).toMatch(/^"?'/)
  },
)

test('quotes, commas and line ends in a name stay in its cell', () => {
  const line = { ...sampleLine('a,"b"\nc', 'x', 1, price), price: { ...price, sku: 'ABCDEFGH12345678' } }
  expect(renderCsv({ ...plannedReport, planned: sampleBill([line]) })).toBe(
    'bill,item,name,configuration,quantity,unit,unit_usd,usd,region,sku,source,date,because\n' +
      'planned,ipv4,"a,""b""\nc",x,1,hour,0.005,0.005,us-east-1,ABCDEFGH12345678,https://example.org/list,2026-11-01,\n',
  )
})

test('an unknown price leaves its cells empty, not zero', () => {
  const line = { item: 'ipv4', name: 'public IPv4', what: '1 h', quantity: 1, because: 'it stands' }
  const [, row] = renderCsv({ ...plannedReport, planned: sampleBill([line]) }).split('\n')
  expect(row).toBe('planned,ipv4,public IPv4,1 h,1,,,,,,,,it stands')
})

test('a column of USD adds up to each bill: there are no totals among the lines', () => {
  const rows = renderCsv(fullReport)
    .trim()
    .split('\n')
    .map(row => row.match(/"[^"]*"|[^,]+|(?<=,)(?=,|$)/g) ?? [])
  const sum = (bill: string) =>
    rows.filter(([first]) => first === bill).reduce((all, row) => all + Number(row[7]), 0)
  expect(sum('planned')).toBeCloseTo(fullReport.planned.usd, 9)
  expect(sum('what if')).toBeCloseTo(fullReport.whatIf?.usd ?? 0, 9)
  expect(sum('so far')).toBeCloseTo(fullReport.live?.soFar.usd ?? 0, 9)
  expect(sum('billed by service')).toBeCloseTo(17.12, 9)
  expect(sum('billed by day')).toBeCloseTo(17.12, 9)
})
