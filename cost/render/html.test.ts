import { expect, test } from 'vitest'
import { type Report } from '../bill.ts'
import { creditPoints } from './credit-chart.ts'
import { renderHtml } from './html.ts'
import { fullReport, plannedReport, sampleBill, sampleLine, samplePrice } from './sample.ts'

const hostile = `<script>alert(1)</script><img src=x onerror="alert(2)">'"&\u202e`
const price = samplePrice('ec2:t3.medium', 'hour', 0.0416, hostile, '2026-11-01')

test('a hostile name is text wherever it stands, in tables, charts and lists', async () => {
  const line = { ...sampleLine(hostile, hostile, 730, price), because: hostile }
  const html = await renderHtml({
    ...fullReport,
    stack: hostile,
    planned: sampleBill([line]),
    whatIf: { ...sampleBill([line]), changes: [hostile] },
    credit: { ...fullReport.credit, note: hostile },
    differences: [hostile],
    levers: [{ what: hostile, usdAMonth: 1 }],
    unavailable: [{ source: 'live', why: hostile }],
  })
  expect(html).not.toMatch(/<script|<img|\u202e/i)
  expect(html.match(/<[^>]*onerror/g)).toBeNull()
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
})

test('the page stands alone: no script, and nothing to fetch', async () => {
  const html = await renderHtml(fullReport)
  expect(html).not.toMatch(/<(script|link|iframe|object|embed)|\ssrc=|url\((?!#)|@import|xlink:href/i)
  expect(html.match(/href="[^"]*"/g)?.every(href => href.startsWith('href="#source-'))).toBe(true)
  expect(html).toContain("default-src 'none'")
  const ids = html.match(/ id="[^"]*"/g) ?? []
  expect(new Set(ids).size).toBe(ids.length)
})

test('each chart has a title and words, and its figures stand in a table', async () => {
  const html = await renderHtml(fullReport)
  expect(html.match(/<svg role="img" aria-labelledby="(cost|credit)-title \1-text"/g)).toHaveLength(2)
  expect(html).toContain(
    '<desc id="credit-text">$82.88 are left on 2026-11-23; the credit is used up on 2027-01-08.</desc>',
  )
  expect(html).toMatch(/<tr><th scope="row">2026-11-13<\/th><td class="usd">\$100\.00<\/td><\/tr>/)
  expect(html).toMatch(/<tfoot>.*total.*\$50\.66.*\$44\.82.*\$54\.31.*\$16\.66/s)
})

test('a bill of nothing, and a credit that has ended, are a page without charts', async () => {
  const credit = {
    remainingUsd: 0,
    source: 'flag',
    days: 0,
    ends: '2026-11-23',
    expiresFirst: false,
  } as const
  const html = await renderHtml({ ...plannedReport, planned: sampleBill([]), credit, verdict: "doesn't fit" })
  expect(html).not.toContain('<svg')
  expect(html).toContain('<p class="verdict over">It doesn&#39;t fit: the credit is used up.</p>')
})

test.each<[string, Partial<Report>, [string, number][]]>([
  [
    'until it is used up',
    {},
    [
      ['2026-11-23', 100],
      ['2027-01-22', 0],
    ],
  ],
  [
    // 50.6608 × 24 / 730 × 10 days = 16.66.
    'until it expires, with what is lost then',
    { credit: { ...plannedReport.credit, ends: '2026-12-03', expires: '2026-12-03', expiresFirst: true } },
    [
      ['2026-11-23', 100],
      ['2026-12-03', 83.34],
    ],
  ],
  [
    'for 90 days where it has no end',
    {
      planned: sampleBill([]),
      credit: { remainingUsd: 100, source: 'flag', days: null, expiresFirst: false },
    },
    [
      ['2026-11-23', 100],
      ['2027-02-21', 100],
    ],
  ],
])('the credit is drawn %s', (_, over, expected) => {
  const points = creditPoints({ ...plannedReport, ...over })
  expect(points.map(({ day, usd }) => [day, Number(usd.toFixed(2))])).toEqual(expected)
})
