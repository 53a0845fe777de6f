import { expect, test } from 'vitest'
import { type Bill } from './bill.ts'
import { creditLeft, parseCreditFlags } from './credit-flags.ts'

const now = new Date('2026-11-23T00:00:00Z')
const bill = (usd: number): Bill => ({ lines: [], usd, unpriced: [] })
const planned = bill(73)

test.each([
  [{ credit: 'plenty' }, '--credit "plenty"; allowed: USD from 0 to 1000000'],
  [{ credit: '-5' }, '--credit "-5"'],
  [{ credit: '1e3' }, '--credit "1e3"'],
  [{ credit: '9999999' }, '--credit "9999999"'],
  [{ credit: '100', since: 'October' }, '--since "October"; allowed: a day such as 2026-10-01'],
  [{ credit: '100', since: '2026-02-30' }, '--since "2026-02-30"'],
  [{ credit: '100', since: '2027-01-01' }, 'lies ahead'],
  [{ since: '2026-10-01' }, 'give both'],
])('a wrong credit is a sentence: %j', (flags, said) => {
  expect(() => parseCreditFlags(flags, now)).toThrow(said)
})

test('a credit without a day is what is left; none given is none', () => {
  expect(parseCreditFlags({}, now)).toBeUndefined()
  const flags = parseCreditFlags({ credit: '$99.50' }, now)
  expect(flags).toEqual({ usd: 99.5 })
  expect(creditLeft({ usd: 99.5 }, { planned }, now)).toEqual({ remainingUsd: 99.5, source: 'flag' })
})

const since = new Date('2026-11-13T00:00:00Z')
const live = { soFar: bill(20), aMonth: planned, since: '2026-11-14T00:00:00Z', paused: false }
const days = ['2026-11-12', '2026-11-13', '2026-11-22'].map(day => ({ day, usd: 5 }))
const actual = {
  from: '2026-11-01',
  to: '2026-11-23',
  byService: [],
  byDay: days,
  usd: 15,
  askedAt: '2026-11-23T00:00:00Z',
}

test('what is spent since then is what AWS billed, else what ran, else the rate of the plan; the note says which', () => {
  expect(creditLeft({ usd: 100, since }, { planned, live, actual }, now)).toMatchObject({
    remainingUsd: 90,
    note: 'of $100.00 given on 2026-11-13, $10.00 are spent: what Cost Explorer says',
  })
  expect(creditLeft({ usd: 100, since }, { planned, live }, now)).toMatchObject({ remainingUsd: 80 })
  // $73 a month are $2.40 a day: ten days.
  expect(creditLeft({ usd: 100, since }, { planned }, now).remainingUsd).toBeCloseTo(76, 6)
})

test('what ran before the credit was given is not taken off, and what is left is never below zero', () => {
  const older = { ...live, since: '2026-01-01T00:00:00Z' }
  expect(creditLeft({ usd: 100, since }, { planned, live: older }, now).remainingUsd).toBeCloseTo(76, 6)
  expect(creditLeft({ usd: 10, since }, { planned: bill(7_300) }, now).remainingUsd).toBe(0)
})
