import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { type Report } from '../bill.ts'
import { fullReport, plannedReport, sampleBill, sampleLine, samplePrice } from './sample.ts'
import { renderText } from './text.ts'

const look = { color: false, columns: 80, now: new Date('2026-11-23T12:00:00Z') }
const hour = samplePrice('ec2:t3.medium', 'hour', 0.0416, 'https://example.org/list', '2026-11-01')
const hostile = `\u001b[2J\u202egnp.exe\r\n${'x'.repeat(90)}`

function planned(over: Partial<Report>): string {
  return renderText({ ...plannedReport, ...over }, look)
}

test('names can neither move the cursor nor turn the text around, in any part of a report', () => {
  const line = sampleLine(hostile, hostile, 730, { ...hour, source: hostile })
  const text = renderText(
    {
      ...fullReport,
      stack: hostile,
      planned: sampleBill([{ ...line, because: hostile }]),
      whatIf: { ...sampleBill([line]), changes: [hostile] },
      actual: {
        from: '2026-11-01',
        to: '2026-11-02',
        byService: [{ service: hostile, usd: 1 }],
        byDay: [],
        usd: 1,
        askedAt: '',
      },
      credit: { ...fullReport.credit, note: hostile },
      differences: [hostile],
      levers: [{ what: hostile, usdAMonth: 1 }],
      unavailable: [{ source: 'live', why: hostile }],
    },
    look,
  )
  expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  expect(text).toContain('\\u{202e}gnp.exe')
})

test('the bill of the document’s stack stands as in the document, with its sources and when the credit ends', () => {
  expect(renderText(plannedReport, look)).toBe(`\
wikiflow in us-east-1                                       2026-11-23 12:00 UTC

item            configuration        unit price           a month
──────────────  ───────────────────  ───────────────────  ───────
EC2 host        t3.medium, 730 h     $0.0416/h [a]         $30.37
EBS disk        gp3, 30 GB           $0.08/GB-month [b]     $2.40
RDS PostgreSQL  db.t4g.micro, 730 h  $0.016/h [c]          $11.68
RDS storage     gp3, 20 GB           $0.115/GB-month [c]    $2.30
public IPv4     730 h                $0.005/h [d!]          $3.65
S3 PUT          52560 requests       $0.005/1,000 [e]       $0.26
──────────────  ───────────────────  ───────────────────  ───────
total                                                      $50.66

The credit
The credit of $100.00 (budget.creditUsd of wikiflow.config.ts) lasts 60 days,
until 2027-01-22.
▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░
▓ $50.66 the first month   ░ $49.34 left after it

What would change it most
 -$5.84 a month  t4g.medium for t3.medium
+$36.42 a month  a second host

Prices, USD before tax
[a]  skypilot-org/skypilot-catalog at 00148f2, vms.csv, 2026-11-23
[b]  AWS price list AmazonEC2, us-east-1, 2026-08-31
[c]  AWS price list AmazonRDS, us-east-1, 2026-09-30
[d]  AWS price list AmazonVPC, us-east-1, 2026-08-01, older than 90 days
[e]  AWS price list AmazonS3, us-east-1, 2026-08-31
Prices marked ! are older than 90 days: npx zx cost/update-prices.ts --region
us-east-1

It fits: the credit covers 60 days, until 2027-01-22.
Next: npx zx ops/provision.ts --plan`)
})

test('plan, what-if and what runs stand side by side, and what differs has a row of its own', () => {
  const text = renderText(fullReport, { ...look, columns: 120 })
  expect(text).toMatch(/^item +configuration +unit price +planned +what if +live +so far$/m)
  expect(text).toMatch(/^EC2 host +t3\.medium, 730 h +\$0\.0416\/h \[a\] +\$30\.37 +\$30\.37$/m)
  expect(text).toMatch(/^ +t4g\.medium, 730 h +\$0\.0336\/h \[a\] +\$24\.53$/m)
  expect(text).toMatch(/^total +\$50\.66 +\$44\.82 +\$54\.31 +\$16\.66$/m)
  expect(text).toMatch(/^EC2: hosts, disks, transfer +\$32\.77 +\$26\.93 +\$36\.42 +\$10\.77 +\$11\.29$/m)
  expect(text).toMatch(/^AWS Cost Explorer +\$0\.03$/m)
  expect(text).toContain('What AWS billed, 2026-11-13 to 2026-11-22, before credits')
  expect(text).toContain('█ $17.12 used since 2026-11-13   ▓ $44.82 the month ahead   ░ $38.06 left after it')
  expect(text).toContain('· live: s3:ListBucket is not allowed to these credentials')
})

test.each([40, 60, 80, 120])('no line but a rule is longer than a terminal of %i columns allows', columns => {
  // Four bills side by side and the item's name need 72 columns at least.
  const report = columns < 72 ? plannedReport : fullReport
  const lines = renderText(report, { ...look, columns }).split('\n')
  const allowed = Math.max(columns, columns < 60 ? 51 : 0)
  expect(lines.filter(line => line.length > allowed)).toEqual([])
})

test('an item without a price makes the total a lower bound, and the last lines say what to do', () => {
  const line = { item: 's3:storage', name: 'S3 storage', what: '19 GB', quantity: 19 }
  const text = planned({
    region: 'sa-east-1',
    planned: sampleBill([...plannedReport.planned.lines, line]),
    verdict: "couldn't tell",
  })
  expect(text).toMatch(/^S3 storage +19 GB +unknown +unknown$/m)
  expect(text).toMatch(/^total +\$50\.66 or more$/m)
  expect(text).toMatch(/lasts at most 60\sdays/)
  expect(text).toMatch(
    /no price is known in sa-east-1 for\ns3:storage\.\nNext: npx zx cost\/update-prices\.ts --region sa-east-1$/,
  )
})

test.each<[string, Partial<Report['credit']>, RegExp]>([
  ['used up', { remainingUsd: 0, days: 0, ends: '2026-11-23' }, /It doesn't fit: the credit is used up\.\n/],
  ['overdrawn', { remainingUsd: -3, days: 0, ends: '2026-11-23' }, /The credit of -\$3\.00 .* is used up\./],
  [
    'expired',
    { days: 0, ends: '2026-11-01', expires: '2026-11-01', expiresFirst: true },
    /the credit expired on 2026-11-01\.\n/,
  ],
  ['short', { days: 14, ends: '2026-12-07' }, /covers 14 days, until 2026-12-07, and 30 is the\sleast\.\n/],
])('a credit that is %s is said so, with the next command', (_, credit, sentence) => {
  const text = planned({ credit: { ...plannedReport.credit, ...credit }, verdict: "doesn't fit" })
  expect(text).toMatch(sentence)
  expect(text).toMatch(/Next: npx zx cost\/optimise\.ts names cheaper stacks$/)
})

test('a running stack that outlives its credit is to be paused, a paused one made smaller', () => {
  const short = { ...fullReport, verdict: "doesn't fit" } as const
  expect(renderText(short, look)).toMatch(/Next: npx zx ops\/pause\.ts stops what bills by the hour$/)
  const { live } = short
  const paused = { ...short, ...(live ? { live: { ...live, paused: true } } : {}) }
  expect(renderText(paused, look)).toMatch(/Next: npx zx cost\/optimise\.ts/)
  expect(renderText(paused, look)).toContain('live: paused; what stands still bills.')
})

test('a credit without an end names no day, and a bill of nothing has no lines', () => {
  const credit = { remainingUsd: 100, source: 'flag', days: null, expiresFirst: false } as const
  const text = planned({ planned: sampleBill([]), credit, levers: [] })
  expect(text).toContain('The credit of $100.00 (as --credit says) is not touched.')
  expect(text).toMatch(/^total +\$0\.00$/m)
  expect(text).toContain('It fits: nothing costs.')
  expect(text).not.toContain('Prices, USD')
})

test('without a credit that could be read, the next command names one', () => {
  expect(planned({ verdict: "couldn't tell" })).toMatch(
    /Next: npx zx cost\/report\.ts --credit 100 --since DATE$/,
  )
})

test('colours change nothing of the text', () => {
  const coloured = renderText(fullReport, { ...look, color: true })
  expect(coloured).not.toBe(renderText(fullReport, look))
  expect(stripVTControlCharacters(coloured)).toBe(renderText(fullReport, look))
})
