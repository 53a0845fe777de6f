import { expect, test } from 'vitest'
import { readMinute } from './within.ts'

test.each([
  'yesterday',
  '2026-11-20',
  '2026-11-20T08:00:00',
  '2026-11-20T08:00:30Z',
  '2026-13-20T08:00:00Z',
  "'; DROP TABLE x",
  '',
])('%j is no minute of a time zone', text => {
  expect(() => readMinute('--from', text)).toThrow(/^--from is .*; allowed: a whole minute with its zone/)
})

test('a minute may be given in any zone', () => {
  expect(readMinute('--to', '2026-11-20T15:00+07:00')).toBe(Date.parse('2026-11-20T08:00:00Z'))
  expect(readMinute('--to', undefined)).toBeUndefined()
})
