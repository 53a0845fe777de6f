import { describe, expect, test } from 'vitest'
import { type ConnectionEnd, countFailures, parseRetryAfter, waitBefore } from './backoff.ts'

const end = (more: Partial<ConnectionEnd>): ConnectionEnd => ({
  reason: 'failed',
  lastedMs: 0,
  events: 0,
  detail: 'x',
  ...more,
})
const range = (failure: ConnectionEnd, failures: number) => [
  waitBefore(failure, failures, 0),
  waitBefore(failure, failures, 1),
]

describe('the next connection', () => {
  test("comes at once after the source's cut of every 15 minutes", () => {
    expect(range(end({ reason: 'cut', lastedMs: 900_000 }), 0)).toEqual([0, 0])
  })
  test('comes later and later when none can be made, at most after a minute, anywhere in that time', () => {
    expect([1, 2, 3, 6, 7, 500].map(failures => range(end({}), failures))).toEqual([
      [0, 1_000],
      [0, 2_000],
      [0, 4_000],
      [0, 32_000],
      [0, 60_000],
      [0, 60_000],
    ])
  })
  test('is not made in a tight loop when the source cuts each at once', () => {
    expect(range(end({ reason: 'cut', lastedMs: 50 }), 3)).toEqual([0, 4_000])
  })
  test('comes within a second when the source cuts soon, but brings events each time', () => {
    const cut = end({ reason: 'cut', lastedMs: 500, events: 100 })
    expect([countFailures(cut, 0), countFailures(cut, 7)]).toEqual([1, 1])
    expect(countFailures(end({}), 7)).toBe(8)
    expect(countFailures(end({ reason: 'cut', lastedMs: 900_000, events: 1 }), 7)).toBe(0)
  })
  test('is never before what Retry-After asks for, with the longest wait an hour', () => {
    expect(range(end({ reason: 'refused', status: 429, retryAfterMs: 120_000 }), 1)).toEqual([
      120_000, 121_000,
    ])
    expect(range(end({ reason: 'refused', status: 503, retryAfterMs: 1e12 }), 1)).toEqual([
      3_600_000, 3_601_000,
    ])
  })
  test('comes seldom when the source forbids it, as it does to a User-Agent it does not like', () => {
    expect(range(end({ reason: 'refused', status: 403 }), 1)).toEqual([60_000, 120_000])
  })
})

test('Retry-After is seconds or a date; anything else, or a date that is past, asks for nothing', () => {
  const now = Date.UTC(2026, 7, 4, 15, 0, 0)
  expect(parseRetryAfter('12', now)).toBe(12_000)
  expect(parseRetryAfter('Tue, 04 Aug 2026 15:00:30 GMT', now)).toBe(30_000)
  expect(parseRetryAfter('Tue, 04 Aug 2026 14:00:30 GMT', now)).toBe(0)
  for (const odd of [undefined, '', 'soon', '-5', '1.5', '9'.repeat(40)]) {
    expect(parseRetryAfter(odd, now)).toBeUndefined()
  }
})
