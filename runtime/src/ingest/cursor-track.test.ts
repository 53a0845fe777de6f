import { expect, test } from 'vitest'
import { type Cursor, cursorTime } from '../platform/source-cursor.ts'
import { createCursorTrack } from './cursor-track.ts'

const day = 86_400_000
const now = Date.UTC(2026, 7, 4, 15)
const at = (timestamp: number): Cursor => [{ topic: 't', partition: 0, timestamp }]

function follow(times: (number | undefined)[], start?: Cursor): (number | undefined)[] {
  const track = createCursorTrack(start)
  return times.map(time => {
    const position = track.follow(time === undefined ? undefined : at(time))
    return position && cursorTime(position)
  })
}

test('one event dated in the future does not move the place to resume from', () => {
  expect(follow([now, now + 365 * day, now + 10])).toEqual([now, now, now + 10])
})

test('one event dated years back does not either', () => {
  expect(follow([now, 0, now + 10])).toEqual([now, now, now + 10])
})

test('after an outage of hours the second event confirms the new place', () => {
  expect(follow([now + day, now + day + 5], at(now))).toEqual([now, now + day + 5])
})

test('outliers that disagree among themselves are never believed', () => {
  expect(follow([now, now + day, 0, now + 9 * day, now + 1])).toEqual([now, now, now, now, now + 1])
})

test('a few milliseconds, or a rewind, back are the stream’s own way', () => {
  expect(follow([now, now - 3, now - 5_000])).toEqual([now, now - 3, now - 5_000])
})

test('an event without a usable cursor has that of the one before', () => {
  expect(follow([undefined, now, undefined])).toEqual([undefined, now, now])
})
