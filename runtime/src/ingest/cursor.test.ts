import { describe, expect, test } from 'vitest'
import { type Cursor, cursorTime, formatCursor, parseCursor } from '../platform/source-cursor.ts'
import { isAtOrBefore, isWithinHalf, mergeCursors, rewindCursor } from './cursor.ts'

const at = (timestamp: number): Cursor => [
  { topic: 'eqiad.mediawiki.recentchange', partition: 0, timestamp },
  { topic: 'codfw.mediawiki.recentchange', partition: 0, offset: -1 },
]
const line = (offset: number): Cursor => [{ topic: 'replay.0123456789ab', partition: 0, offset }]
const rewind = { ms: 5_000, offsets: 1_000 }

describe('an id line', () => {
  test("Wikimedia's own is read and written back unchanged", () => {
    const text =
      '[{"topic":"eqiad.mediawiki.recentchange","partition":0,"timestamp":1756449917281},{"topic":"codfw.mediawiki.recentchange","partition":0,"offset":-1}]'
    const cursor = parseCursor(text)
    expect(cursor && formatCursor(cursor)).toBe(text)
  })

  test.each([
    ['nothing', undefined],
    ['an empty line', ''],
    ['a number', '7'],
    ['an empty array', '[]'],
    ['a cut array', '[{"topic":"t","partition":0,"timestamp":1}'],
    ['a place without time or offset', '[{"topic":"t","partition":0}]'],
    ['a fraction', '[{"topic":"t","partition":0,"timestamp":1.5}]'],
    ['a time beyond what a number holds', '[{"topic":"t","partition":0,"timestamp":1e300}]'],
    ['a header injection', JSON.stringify([{ topic: 't\r\nHost: x', partition: 0, offset: 1 }])],
    ['a topic of another script', '[{"topic":"тема","partition":0,"offset":1}]'],
    [
      '2 MB',
      `[${'{"topic":"t","partition":0,"offset":1},'.repeat(50_000)}{"topic":"t","partition":0,"offset":1}]`,
    ],
  ])('%s is no cursor', (_, text) => {
    expect(parseCursor(text)).toBeUndefined()
  })
})

describe('the furthest of several cursors', () => {
  test('is taken topic by topic, and an idle topic stays', () => {
    const other: Cursor = [{ topic: 'codfw.mediawiki.recentchange', partition: 0, timestamp: 3 }]
    expect(mergeCursors([at(5), at(9), at(7)])).toEqual(at(9))
    expect(mergeCursors([at(5), other, at(4)])).toEqual([at(5)[0], other[0]])
    expect(mergeCursors([line(3), line(12), line(4)])).toEqual(line(12))
    expect(mergeCursors([])).toBeUndefined()
  })
})

describe('a resume', () => {
  test('goes back in time and keeps the idle topic', () => {
    expect(rewindCursor(at(1_756_449_917_281), rewind)).toEqual(at(1_756_449_912_281))
  })
  test('goes back by offsets where the source counts in them', () => {
    expect(rewindCursor(line(2_500), rewind)).toEqual(line(1_500))
  })
  test('begins at the source’s start where a topic has fewer events than the rewind', () => {
    expect(rewindCursor(line(999), rewind)).toBeUndefined()
  })
  test('of idle topics alone stays as it is', () => {
    const idle: Cursor = [{ topic: 't', partition: 0, offset: -1 }]
    expect(rewindCursor(idle, rewind)).toEqual(idle)
  })
})

test('a batch may span half a rewind, and no more, for its last records may be all that reached the log', () => {
  expect(isWithinHalf(rewind, at(10_000), at(12_500))).toBe(true)
  expect(isWithinHalf(rewind, at(10_000), at(12_501))).toBe(false)
  expect(isWithinHalf(rewind, at(12_501), at(10_000))).toBe(false)
  expect(isWithinHalf(rewind, line(0), line(500))).toBe(true)
  expect(isWithinHalf(rewind, line(0), line(501))).toBe(false)
  expect(isWithinHalf(rewind, undefined, at(1))).toBe(true)
  expect(isWithinHalf(rewind, at(1), line(7))).toBe(true)
})

test('one cursor is at or before another when each of its places is', () => {
  expect(isAtOrBefore(at(5), at(5))).toBe(true)
  expect(isAtOrBefore(at(6), at(5))).toBe(false)
  expect(isAtOrBefore(at(6), line(5))).toBe(true)
})

test('the time of a cursor is its newest; one of offsets has none', () => {
  expect(cursorTime(at(5))).toBe(5)
  expect(cursorTime(line(5))).toBeUndefined()
})
