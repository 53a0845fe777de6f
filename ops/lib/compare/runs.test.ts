import { expect, test } from 'vitest'
import { compare } from './compare.ts'
import { beginMs, damaged, inventedOurs, multiply, oldOf } from './fixtures.ts'
import { countsOf, minuteMs, type OurMinutes } from './our-minutes.ts'

const minutes = 180
const ours = inventedOurs(minutes)
const all = [...countsOf(ours, {})]
const within = { fromMs: beginMs, toMs: beginMs + minutes * minuteMs }
const hold = (old: readonly number[], against: OurMinutes) => compare(oldOf(old), against, within)

const damages: [times: number, length: number, kind: string][] = [
  [0.3, 1, 'lost'],
  [0.55, 3, 'lost'],
  [0, 60, 'lost'],
  [1.4, 1, 'repeated'],
  [2, 2, 'repeated'],
  [2, 60, 'repeated'],
]

test.each(damages)(
  '%d times the events for %d min are explained in the old counts, and never when ours are what is wrong',
  (times, length, kind) => {
    for (const seed of [2, 3, 4]) {
      const right = inventedOurs(minutes, seed)
      const wrong = damaged(right, multiply(times, length, 40 + 10 * seed))
      expect(hold([...countsOf(wrong, {})], right)).toMatchObject({
        verdict: 'explained',
        explanations: [{ kind }],
      })
      expect(hold([...countsOf(right, {})], wrong)).toMatchObject({
        verdict: 'unexplained',
        explanations: [],
        unexplained: { windows: length },
      })
    }
  },
)

test('a minute that is no further off than counts wander is nobody’s fault', () => {
  for (const times of [0.95, 1.05]) {
    const old = all.map((events, i) => (i === 50 ? Math.round(times * events) : events))
    expect(hold(old, ours)).toMatchObject({ explanations: [], unexplained: { windows: 1 } })
  }
})

test('half of a burst that ours lose is not blamed on the old pipeline, where bursts come now and then', () => {
  const bursting = damaged(ours, counts => {
    for (let i = 10; i < minutes; i += 16) counts[i] = 2 * (counts[i] ?? 0)
  })
  const halved = damaged(bursting, multiply(0.5, 1, 90))
  expect(hold([...countsOf(bursting, {})], halved)).toMatchObject({
    verdict: 'unexplained',
    explanations: [],
  })
})

test('a last minute that ours count twice is not cut off in the old table', () => {
  const twice = damaged(ours, multiply(2, 1, 100))
  expect(hold(all.slice(0, 101), twice)).toMatchObject({ verdict: 'unexplained', explanations: [] })
})

test('what the old pipeline alone has, while nothing happens in ours, was not counted again', () => {
  const silent = damaged(ours, multiply(0, 30, 60))
  const old = [...countsOf(silent, {})].map((events, i) => (i === 75 ? 900 : events))
  expect(hold(old, silent)).toMatchObject({ verdict: 'unexplained', explanations: [] })
})

test('events that ours put into the wrong minute are no standstill of the old pipeline', () => {
  const moved = damaged(ours, counts => {
    counts[60] = (counts[60] ?? 0) + (counts[61] ?? 0)
    counts[61] = 0
  })
  const old = all.map((events, i) => Math.round(events * 0.9 + (all[i - 1] ?? events) * 0.1))
  const found = hold(old, moved)
  expect(found.verdict).toBe('unexplained')
  expect(found.explanations.map(({ kind }) => kind)).toEqual(['another time'])
})
