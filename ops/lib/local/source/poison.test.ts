import { isUtf8 } from 'node:buffer'
import { expect, test } from 'vitest'
import { type SimulatedEvent, simulatedEvent } from './event.ts'
import { type PoisonKind, poison, poisonNames } from './poison.ts'

const event = simulatedEvent(1, 1)
const parsed = (kind: PoisonKind, of: SimulatedEvent = event) => JSON.parse(poison(of, kind).toString())

test('broken JSON is UTF-8 that no parser takes, and bytes that are not UTF-8 would be JSON but for them', () => {
  for (let n = 0; n < 50; n++) {
    const broken = poison(simulatedEvent(1, n), 'broken_json')
    expect(isUtf8(broken)).toBe(true)
    expect(() => JSON.parse(broken.toString())).toThrow(SyntaxError)
  }
  expect(isUtf8(poison(event, 'invalid_utf8'))).toBe(false)
  expect(parsed('invalid_utf8')).toMatchObject({
    title: event.title,
    comment: 'invalid \ufffd\ufffd\ufffd\ufffd bytes',
  })
})

test('what is missing is missing, and all else is there', () => {
  expect(parsed('missing_wiki')).not.toHaveProperty('wiki')
  expect(parsed('missing_title')).not.toHaveProperty('title')
  expect(parsed('missing_meta_dt').meta).not.toHaveProperty('dt')
  expect(parsed('missing_meta_id').meta).not.toHaveProperty('id')
  expect({ ...parsed('missing_wiki'), wiki: event.wiki }).toEqual(event)
})

test('U+0000 and a lone surrogate stand in title and comment, as escapes', () => {
  expect(poison(event, 'nul_text').toString()).toContain('\\u0000')
  expect(parsed('nul_text').title).toContain('\0')
  expect(poison(event, 'lone_surrogate').toString()).toContain('\\ud83e')
  expect(parsed('lone_surrogate').title.isWellFormed()).toBe(false)
})

test('wrong types are wrong in another field from event to event, always in one', () => {
  const wrong = Array.from({ length: 7 }, (_, n) => {
    const original = simulatedEvent(1, n)
    const spoilt = parsed('wrong_types', original)
    return Object.keys(spoilt).filter(key => {
      return JSON.stringify(spoilt[key]) !== JSON.stringify(original[key as keyof SimulatedEvent])
    })
  })
  expect(wrong.every(({ length }) => length === 1)).toBe(true)
  expect(new Set(wrong.flat())).toEqual(new Set(['type', 'wiki', 'title', 'namespace', 'user', 'meta']))
})

test('large ones are larger than a broker’s largest batch', () => {
  expect(parsed('comment_10mb').comment.length).toBeGreaterThan(10_000_000)
  const size = poison(event, 'event_2mb').length
  expect(size).toBeGreaterThan(2_000_000)
  expect(size).toBeLessThan(3_000_000)
  expect(parsed('deep_nesting').nested).toBeInstanceOf(Array)
})

test('no two events give the same poison, and their first 64 KiB differ as well', () => {
  for (const kind of poisonNames.filter(name => name !== 'empty_data')) {
    const heads = [1, 2].map(n => poison(simulatedEvent(1, n), kind).toString('latin1', 0, 65_536))
    expect(new Set(heads).size, kind).toBe(2)
  }
})
