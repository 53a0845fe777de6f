import fc from 'fast-check'
import { expect, test } from 'vitest'
import { creditOutlook, isOld } from './outlook.ts'

const now = new Date('2026-11-23T12:00:00Z')
const flag = { remainingUsd: 100, source: 'flag' } as const

test('$100 at $50.70 a month lasts 59 days', () => {
  // 50.70 × 24 / 730 = 1.6668 a day; 100 / 1.6668 = 59.99 days.
  expect(creditOutlook(50.7, flag, now)).toEqual({
    remainingUsd: 100,
    source: 'flag',
    days: 59,
    ends: '2027-01-22',
    expiresFirst: false,
  })
})

test('a credit that is used up, overdrawn or expired lasts no day, and ends today or on the day it ended', () => {
  expect(creditOutlook(50, { ...flag, remainingUsd: 0 }, now)).toMatchObject({ days: 0, ends: '2026-11-23' })
  expect(creditOutlook(50, { ...flag, remainingUsd: -7 }, now)).toMatchObject({ days: 0, ends: '2026-11-23' })
  const expired = { ...flag, expires: new Date('2026-11-01T00:00:00Z') }
  expect(creditOutlook(50, expired, now)).toMatchObject({ days: 0, ends: '2026-11-01', expiresFirst: true })
})

test('where nothing costs, a credit lasts for ever, unless it expires', () => {
  expect(creditOutlook(0, flag, now)).toEqual({ ...flag, days: null, expiresFirst: false })
  const expires = new Date('2026-12-03T12:00:00Z')
  expect(creditOutlook(0, { ...flag, expires }, now)).toMatchObject({
    days: 10,
    ends: '2026-12-03',
    expires: '2026-12-03',
    expiresFirst: true,
  })
})

test('a credit that lasts further than dates go names no day', () => {
  expect(creditOutlook(1e-6, { ...flag, remainingUsd: 1e6 }, now)).not.toHaveProperty('ends')
})

test('a dearer stack never lasts longer', () => {
  const usd = fc.double({ min: 0.01, max: 1e5, noNaN: true })
  fc.assert(
    fc.property(usd, usd, (a, b) => {
      const days = [Math.min(a, b), Math.max(a, b)].map(month => creditOutlook(month, flag, now).days ?? 0)
      expect(days[0]).toBeGreaterThanOrEqual(days[1] ?? 0)
    }),
  )
})

test('a price is old after 90 days, not on the 90th', () => {
  expect(isOld({ date: '2026-08-25' }, new Date('2026-11-23T00:00:00Z'))).toBe(false)
  expect(isOld({ date: '2026-08-24' }, new Date('2026-11-23T00:00:00Z'))).toBe(true)
})
