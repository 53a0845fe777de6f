import fc from 'fast-check'
import { expect, test } from 'vitest'
import { barOf, creditStretches, type Stretch } from './credit-bar.ts'
import { fullReport, plannedReport } from './sample.ts'

test('the bar is as wide as asked, and no stretch of it vanishes', () => {
  const usd = fc.double({ min: 1e-6, max: 1e6, noNaN: true })
  const kinds = ['used', 'a month', 'after it'] as const
  fc.assert(
    fc.property(
      fc.array(usd, { minLength: 1, maxLength: 3 }),
      fc.integer({ min: 3, max: 200 }),
      (amounts, width) => {
        const stretches = amounts.map(
          (one, index): Stretch => ({ kind: kinds[index] ?? 'used', usd: one, label: '' }),
        )
        const texts = barOf(stretches, width).map(({ text }) => text.length)
        expect(texts.reduce((sum, one) => sum + one, 0)).toBe(width)
        expect(Math.min(...texts)).toBeGreaterThan(0)
      },
    ),
  )
})

test('a month that takes more than is left leaves nothing after it', () => {
  const credit = { ...plannedReport.credit, remainingUsd: 20 }
  expect(creditStretches({ ...plannedReport, credit })).toEqual([
    { kind: 'a month', usd: 20, label: 'the first month' },
  ])
})

test('an overdrawn credit has nothing left, and what AWS billed counts before what is estimated', () => {
  const credit = { ...fullReport.credit, remainingUsd: -4 }
  expect(creditStretches({ ...fullReport, credit })).toEqual([
    { kind: 'used', usd: 17.12, label: 'used since 2026-11-13' },
  ])
})

test('the month ahead is of the bill that the credit is held against', () => {
  const month = (report: typeof fullReport) =>
    creditStretches(report).find(({ kind }) => kind === 'a month')?.usd
  const { whatIf, live, ...bare } = fullReport
  expect(month(fullReport)).toBe(whatIf?.usd)
  expect(month(bare)).toBe(bare.planned.usd)
  if (!live) throw new Error('the sample runs')
  expect(month({ ...bare, live })).toBe(live.aMonth.usd)
  const halfRead = { ...live, aMonth: { lines: [], usd: 3, unpriced: ['ipv4'] } }
  expect(month({ ...bare, live: halfRead })).toBe(bare.planned.usd)
})
