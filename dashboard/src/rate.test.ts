import { expect, test } from 'vitest'
import { createRate } from './rate.ts'

test('one reading gives no rate, two give the mean between them', () => {
  const rate = createRate(30_000)
  expect(rate(1_000, 500)).toEqual({ perSecond: null, overS: 0 })
  expect(rate(3_000, 580)).toEqual({ perSecond: 40, overS: 2 })
})

test('readings older than the span no longer weigh', () => {
  const rate = createRate(10_000)
  rate(0, 0)
  for (let at = 1_000; at <= 9_000; at += 1_000) rate(at, 1_000_000)
  expect(rate(12_000, 1_000_000)).toEqual({ perSecond: 0, overS: 10 })
})

test('after a pause without viewers, and after the log was made anew, it starts again', () => {
  const rate = createRate(10_000)
  rate(0, 100)
  expect(rate(60_000, 5_000).perSecond).toBeNull()
  expect(rate(62_000, 10).perSecond).toBeNull()
  expect(rate(64_000, 30).perSecond).toBe(10)
})
