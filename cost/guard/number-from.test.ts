import { expect, test } from 'vitest'
import { numberFrom } from './number-from.ts'

test.each(['', ' ', '0', '-1', '0x10', '1e3', 'NaN', 'three', '101', '3 days', '1,5'])(
  '--days %j is refused',
  text => {
    expect(() => numberFrom('--days', text, { most: 100, whole: true })).toThrow(
      `--days ${text}: a whole number above 0, up to 100, is allowed`,
    )
  },
)

test('half a day is refused, and half a dollar is not', () => {
  expect(() => numberFrom('--days', '0.5', { most: 100, whole: true })).toThrow('a whole number')
  expect(numberFrom('--credit', '0.5', { most: 100 })).toBe(0.5)
})
