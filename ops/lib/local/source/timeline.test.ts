import { expect, test } from 'vitest'
import { timelineOf } from './timeline.ts'

const startMs = 1_785_855_600_000
const live = timelineOf(3, [{ from: 0, startMs, rate: 37.4 }])
const count = 40_000
const times = Array.from({ length: count }, (_, n) => live.dtOf(n))
const steps = times.slice(1).map((time, n) => time - (times[n] ?? 0))

test('the mean rate is the one asked for, some seconds have far more', () => {
  const seconds = new Map<number, number>()
  for (const time of times)
    seconds.set(Math.floor(time / 1000), (seconds.get(Math.floor(time / 1000)) ?? 0) + 1)
  const perSecond = [...seconds.values()].sort((a, b) => a - b)
  expect(count / (((times.at(-1) ?? 0) - startMs) / 1000)).toBeCloseTo(37.4, 0)
  expect(perSecond[Math.floor(perSecond.length * 0.95)]).toBeGreaterThan(50)
})

test('about 2 % of neighbours share a millisecond', () => {
  const shared = steps.filter(step => step === 0).length / count
  expect(shared).toBeGreaterThan(0.015)
  expect(shared).toBeLessThan(0.03)
})

test('1.3 % are out of order, mostly by a few ms, at most by 0.99 s', () => {
  const back = steps.filter(step => step < 0)
  expect(back.length / count).toBeGreaterThan(0.01)
  expect(back.length / count).toBeLessThan(0.016)
  expect(Math.min(...back)).toBeGreaterThanOrEqual(-990)
  expect(Math.min(...back)).toBeLessThan(-500)
  expect(back.filter(step => step >= -5).length / back.length).toBeGreaterThan(0.6)
})

test('neighbours share a millisecond at a low rate as well', () => {
  const slow = timelineOf(3, [{ from: 0, startMs, rate: 1 }])
  const shared = Array.from({ length: 5_000 }, (_, n) => slow.dtOf(n + 1) === slow.dtOf(n)).filter(Boolean)
  expect(shared.length).toBeGreaterThan(50)
})

test('no event happens before an earlier one, across segments too', () => {
  const timeline = timelineOf(5, [
    { from: 0, startMs, rate: 10 },
    { from: 37, startMs: startMs + 4_000, rate: 900 },
    { from: 2_000, startMs: startMs + 6_000, rate: 10 },
  ])
  for (let n = 1; n < 2_500; n++) {
    expect(timeline.happensAt(n)).toBeGreaterThanOrEqual(timeline.happensAt(n - 1))
    expect(timeline.dtOf(n)).toBeLessThanOrEqual(timeline.happensAt(n))
  }
  expect(timeline.happensAt(2_000)).toBeGreaterThanOrEqual(startMs + 6_000)
})

test('how many have happened agrees with when each does', () => {
  for (let n = 1; n < 5_000; n += 37) {
    // A double holds the milliseconds of our days to about 0.0002.
    expect(live.happenedBy(live.happensAt(n) + 0.001)).toBeGreaterThan(n)
    expect(live.happenedBy(live.happensAt(n) - 0.001)).toBeLessThanOrEqual(n)
  }
  expect(live.happenedBy(startMs - 1)).toBe(0)
})

test('a time is found as a log finds it: the first record at or after it, though an earlier time follows', () => {
  for (let ms = startMs; ms < startMs + 60_000; ms += 97) {
    expect(live.firstWithDt(ms)).toBe(times.findIndex(time => time >= ms))
  }
})

test('with a total, nothing happens beyond it', () => {
  const short = timelineOf(3, [{ from: 0, startMs, rate: 1000 }], 500)
  expect(short.happenedBy(startMs + 1e9)).toBe(500)
  expect(short.happensAt(500)).toBe(Number.POSITIVE_INFINITY)
  expect(short.firstWithDt(startMs + 1e9)).toBe(500)
})
