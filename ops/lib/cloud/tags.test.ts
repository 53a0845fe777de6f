import { expect, test } from 'vitest'
import { appliedMark, exchangeMark, isOurs, stackTag, tagsOf, wasApplied } from './tags.ts'

const stack = { name: 'wikiflow', region: 'eu-west-1', account: '123456789012' }

test('what was asked for fits a tag, whatever AWS allows in one', () => {
  const want = Object.fromEntries(
    Array.from({ length: 64 }, (_, index) => [`property ${index}`, '\u0000\ud800 "§" '.repeat(50)]),
  )
  expect(appliedMark(want)).toMatch(/^[\w-]{256}$/)
  expect(() => appliedMark({ ...want, more: 1 })).toThrow("65 properties don't fit a tag")
})

test('a mark tells a value that was asked for from one that was not', () => {
  const mark = appliedMark({ encrypted: true, 'disk GB': 30, inbound: ['b', 'a'] })
  expect(wasApplied(mark, 'disk GB', 30)).toBe(true)
  expect(wasApplied(mark, 'disk GB', '30')).toBe(false)
  expect(wasApplied(mark, 'disk GB', 31)).toBe(false)
  expect(wasApplied(mark, 'inbound', ['a', 'b'])).toBe(true)
  expect(wasApplied(undefined, 'disk GB', 30)).toBe(false)
  expect(wasApplied('', 'disk GB', 30)).toBe(false)
})

test('exchanging one property leaves the others of a mark as they were', () => {
  const mark = appliedMark({ state: 'running', type: 't3.medium' })
  expect(exchangeMark(mark, 'state', ['running', 'stopped'], 'stopped')).toBe(
    appliedMark({ state: 'stopped', type: 't3.medium' }),
  )
  expect(exchangeMark('', 'state', ['running'], 'stopped')).toBe('')
})

test("another stack's, another region's and another part's things are not ours", () => {
  const tags = tagsOf(stack, { id: 'host-1', name: 'wikiflow-host-1', want: {} })
  expect(isOurs(stack, 'host-1', tags)).toBe(true)
  expect(isOurs(stack, 'host-2', tags)).toBe(false)
  expect(isOurs({ ...stack, name: 'wiki' }, 'host-1', tags)).toBe(false)
  expect(isOurs({ ...stack, region: 'us-east-1' }, 'host-1', tags)).toBe(false)
  expect(isOurs(stack, 'host-1', [])).toBe(false)
  expect(isOurs(stack, 'host-1', undefined)).toBe(false)
  expect(isOurs(stack, 'host-1', [{ Key: 'Name', Value: stackTag(stack) }])).toBe(false)
})
