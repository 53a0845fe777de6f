import { expect, test } from 'vitest'
import { changeText, totalText, unitPriceText, usdText } from './money.ts'

test.each([
  [0, '$0.00'],
  [-0, '$0.00'],
  [0.004, '<$0.01'],
  [-0.001, '>-$0.01'],
  [0.005, '$0.01'],
  [50.704, '$50.70'],
  [1234.5, '$1,234.50'],
  [-5.84, '-$5.84'],
])('%d USD are read as %s', (usd, text) => expect(usdText(usd)).toBe(text))

test('a unit price keeps the digits that matter', () => {
  expect(unitPriceText({ usd: 0.0004, unit: '1000 requests' })).toBe('$0.0004/1,000')
  expect(unitPriceText({ usd: 0.00043, unit: '1000 requests' })).toBe('$0.00043/1,000')
  expect(unitPriceText({ usd: 0.0416, unit: 'hour' })).toBe('$0.0416/h')
})

test('a sum that misses something is said to be a lower bound, and a change has its sign', () => {
  expect(totalText({ usd: 12, unpriced: ['ipv4'] })).toBe('$12.00 or more')
  expect([changeText(4), changeText(-4), changeText(0)]).toEqual(['+$4.00', '-$4.00', '$0.00'])
})
