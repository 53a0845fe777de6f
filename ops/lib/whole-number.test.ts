import { expect, test } from 'vitest'
import { wholeNumber } from './whole-number.ts'

test.each(['', '0', '-1', '1.5', '1e3', '0x10', ' 1', '٣', '9999999999'])(
  '%j is no number of replicas',
  text => {
    expect(() => wholeNumber('--replica', text)).toThrow('--replica is')
  },
)

test('a whole number is one, and nothing is nothing', () => {
  expect(wholeNumber('--replica', '12')).toBe(12)
  expect(wholeNumber('--replica', undefined)).toBeUndefined()
})
