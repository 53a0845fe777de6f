import { expect, test } from 'vitest'
import { citationsOf, shortSource } from './citations.ts'
import { plannedReport, sampleBill, sampleLine, samplePrice } from './sample.ts'

test('each source stands once, and one list of two dates is two', () => {
  const lines = ['2026-11-01', '2026-11-01', '2026-10-01'].map(date =>
    sampleLine('x', 'x', 1, samplePrice('ipv4', 'hour', 1, 'https://example.org/list', date)),
  )
  const citations = citationsOf({ ...plannedReport, planned: sampleBill(lines) })
  expect(citations.map(({ mark, date }) => [mark, date])).toEqual([
    ['a', '2026-11-01'],
    ['b', '2026-10-01'],
  ])
})

test('after z comes aa', () => {
  const lines = Array.from({ length: 28 }, (_, index) =>
    sampleLine('x', 'x', 1, samplePrice('ipv4', 'hour', 1, `https://example.org/${index}`, '2026-11-01')),
  )
  const marks = citationsOf({ ...plannedReport, planned: sampleBill(lines) }).map(({ mark }) => mark)
  expect(marks.slice(24)).toEqual(['y', 'z', 'aa', 'ab'])
})

test.each([
  [
    'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonRDS/current/eu-west-1/index.csv',
    'AWS price list AmazonRDS, eu-west-1',
  ],
  [
    'https://github.com/skypilot-org/skypilot-catalog/blob/00148f2af3672e2229b4f7bf8157d5a3f36e3c35/catalogs/v8/aws/vms.csv',
    'skypilot-org/skypilot-catalog at 00148f2, vms.csv',
  ],
  ['https://aws.amazon.com/ec2/pricing/on-demand/', 'aws.amazon.com/ec2/pricing/on-demand/'],
  ['Cost Explorer, usage types EU-* of a bill', 'Cost Explorer, usage types EU-* of a bill'],
])('%s is shown as %s', (source, short) => expect(shortSource(source)).toBe(short))
