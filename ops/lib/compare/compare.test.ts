import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compare } from './compare.ts'
import { beginMs, chance, damaged, inventedOurs, multiply, oldOf, windowOf } from './fixtures.ts'
import { type OldCounts } from './old-counts.ts'
import { countsOf, minuteMs, type Part } from './our-minutes.ts'

const hourMs = 60 * minuteMs
const ours = inventedOurs(180)
const all = [...countsOf(ours, {})]
const within = { fromMs: beginMs, toMs: beginMs + 180 * minuteMs }
const hold = (old: OldCounts, against = ours) => compare(old, against, within)
const kinds = (old: OldCounts) => hold(old).explanations.map(({ kind }) => kind)

test('counts that come from nowhere are not explained, or once in a hundred times by chance', () => {
  const explained = Array.from({ length: 100 }, (_, seed) => {
    const random = chance(seed + 1)
    const minutes = 20 + Math.floor(160 * random())
    const invented = Array.from({ length: minutes }, () => Math.round(1_000 + 2_000 * random()))
    return hold(oldOf(invented)).verdict
  }).filter(verdict => verdict !== 'unexplained')
  expect(explained.length).toBeLessThanOrEqual(1)
})

test('the counts of another day are not explained, though they are as large', () => {
  const { verdict, doubts, unexplained } = hold(oldOf([...countsOf(inventedOurs(180, 2), {})]))
  expect(verdict).toBe('unexplained')
  expect(doubts).not.toHaveLength(0)
  expect(unexplained.worst).toHaveLength(10)
})

test('events that are missing from ours are not blamed on the old pipeline', () => {
  const short = damaged(ours, counts => counts.fill(0, 60, 75))
  const { verdict, unexplained } = hold(oldOf(all), short)
  expect(verdict).toBe('unexplained')
  expect(unexplained.windows).toBe(15)
  expect(unexplained.worst[0]).toMatchObject({ expected: 0, old: expect.any(Number) })
})

test('equal counts are the same, and nothing is explained away', () => {
  expect(hold(oldOf(all))).toMatchObject({
    verdict: 'same',
    explanations: [],
    unexplained: { events: 0, net: 0, windows: 0, worst: [] },
    windows: 180,
    windowMinutes: 1,
  })
})

test('old counts are whole up to their last minute, in UTC', () => {
  expect(hold(oldOf(all.slice(0, 100))).oldUntil).toBe('2026-11-20T09:39:00Z')
  expect(hold(oldOf(all.slice(0, 100), beginMs + 7 * hourMs)).oldUntil).toBe('2026-11-20T09:39:00Z')
})

test.each([
  ['Hanoi', 7, '+07:00'],
  ['New York', -5, '−05:00'],
  ['Kathmandu', 5.75, '+05:45'],
])('a table in the time of %s is found to be so', (_, hours, offset) => {
  const found = hold(oldOf(all, beginMs + hours * hourMs))
  expect(found.verdict).toBe('explained')
  expect(found.explanations).toMatchObject([{ kind: 'time zone', events: 0 }])
  expect(found.explanations[0]?.says).toContain(`UTC${offset}`)
  expect(found.windows).toBe(180)
})

test('where the counts are so even that any zone fits, it is the one of most windows, and said to be likely', () => {
  const cells = ours.cells.map(cell => ({ ...cell, counts: cell.counts.map((_, i) => 100 + ((i * 7) % 5)) }))
  const even = { ...ours, cells }
  const found = compare(oldOf([...countsOf(even, {})], beginMs + 7 * hourMs), even, within)
  expect(found.explanations[0]?.says).toMatch(/UTC\+07:00, .*others fit too, this is the likeliest/)
  expect(found.windows).toBe(180)
  expect(compare(oldOf([...countsOf(even, {})]), even, within).verdict).toBe('same')
})

const parts: [string, Part][] = [
  ['edits alone', { types: ['edit'] }],
  ['edits and new pages', { types: ['edit', 'new'] }],
  ['what bots did not do', { bots: 'without' }],
  ['edits by people', { types: ['edit'], bots: 'without' }],
  ['the English Wikipedia', { wikis: ['enwiki'] }],
]
test.each(parts)('a pipeline that counts %s is seen to', (_, part) => {
  const found = hold(oldOf([...countsOf(ours, part)]))
  expect(found.explanations.map(({ kind }) => kind)).toEqual(['part'])
  expect(found.explanations[0]?.events).toBe(found.old - found.ours)
  expect(found).toMatchObject({ verdict: 'explained', unexplained: { net: 0, events: 0 } })
})

test('a part, in another time zone, by processing time, with a standstill and a restart: all are found', () => {
  const people = [...countsOf(ours, { bots: 'without' })]
  const delayed = people.map((events, i) => Math.round(events * 0.8 + (people[i - 1] ?? events) * 0.2))
  const old = delayed.map((events, i) =>
    i >= 40 && i < 46 ? undefined : i >= 100 && i < 104 ? 2 * events : events,
  )
  const found = hold(oldOf(old, beginMs + 7 * hourMs))
  expect(found.explanations.map(({ kind }) => kind)).toEqual([
    'time zone',
    'part',
    'another time',
    'repeated',
    'lost',
  ])
  expect(found.explanations[2]?.says).toMatch(/about 1[123](\.\d)? s after it happened/)
  expect(found.explanations[3]?.where).toMatchObject([
    { from: '2026-11-20T09:40:00Z', to: '2026-11-20T09:44:00Z' },
  ])
  expect(found.explanations[4]?.where).toMatchObject([
    { from: '2026-11-20T08:40:00Z', to: '2026-11-20T08:46:00Z' },
  ])
  expect(found.verdict).toBe('explained')
})

test('one minute that leaps after a restart was counted again', () => {
  const old = all.map((events, i) => (i === 50 ? events + 900 : events))
  expect(hold(oldOf(old))).toMatchObject({
    verdict: 'explained',
    explanations: [{ kind: 'repeated', events: 900 }],
  })
})

test('a minute that leaps in ours as well is no restart', () => {
  const leaping = damaged(ours, multiply(5, 1, 50))
  const old = [...countsOf(leaping, {})]
  expect(hold(oldOf(old), leaping).verdict).toBe('same')
  old[50] = 2 * (old[50] ?? 0)
  expect(hold(oldOf(old), leaping).verdict).toBe('unexplained')
})

test('a quarter of an hour that is a fifth lower, or a third higher, has no reason', () => {
  for (const factor of [0.8, 1.3]) {
    const old = all.map((events, i) => Math.round(events * (i >= 60 && i < 75 ? factor : 1)))
    const { verdict, explanations, unexplained } = hold(oldOf(old))
    expect({ verdict, explanations }).toEqual({ verdict: 'unexplained', explanations: [] })
    expect(unexplained.windows).toBe(15)
  }
})

test('a sink that is written twice from the beginning counts every event twice', () => {
  expect(kinds(oldOf(all.map(events => 2 * events)))).toEqual(['counted several times'])
})

test('a tenth more throughout has no reason that is known', () => {
  const { verdict, doubts } = hold(oldOf(all.map(events => Math.round(1.1 * events))))
  expect(verdict).toBe('unexplained')
  expect(doubts).toEqual(['the old counts are higher by 10 % throughout'])
})

test('late events that a watermark dropped explain no more than are known to be late', () => {
  const lower = (share: number) => hold(oldOf(all.map(events => Math.round(events * (1 - share)))))
  expect(lower(0.004)).toMatchObject({ verdict: 'explained', explanations: [{ kind: 'late' }] })
  expect(lower(0.02)).toMatchObject({ verdict: 'unexplained', explanations: [] })
})

test('a standstill that processing time catches up with is no loss', () => {
  const delayed = all.map((events, i) => Math.round(events * 0.9 + (all[i - 1] ?? events) * 0.1))
  const stood = delayed.slice(60, 65).reduce((sum, events) => sum + events, 0)
  const old = delayed.map((events, i) => (i >= 60 && i < 65 ? 0 : i === 65 ? events + stood : events))
  const found = hold(oldOf(old))
  expect(found.verdict).toBe('explained')
  expect(found.explanations.map(({ kind }) => kind)).toEqual(['another time', 'caught up'])
})

/** A pipeline that counts what has come, in batches that end at uneven times: a batch's events have its time. */
function inBatches(everyS: number, seed: number): number[] {
  const random = chance(seed)
  const counts: number[] = all.map(() => 0)
  const perSecond = all.flatMap(events => Array.from({ length: 60 }, () => events / 60))
  let gathered = 0
  let next = everyS
  perSecond.forEach((events, s) => {
    gathered += events
    if (s < next) return
    const minute = Math.floor(s / 60)
    counts[minute] = (counts[minute] ?? 0) + Math.round(gathered)
    gathered = 0
    next = s + everyS * (0.6 + 0.8 * random())
  })
  return counts
}

test.each([5, 10, 20])(
  'batches of about %d s that count when they end move events, and lose none',
  everyS => {
    for (const seed of [1, 2, 3]) {
      for (const minutes of [60, 180]) {
        const found = hold(oldOf(inBatches(everyS, seed).slice(0, minutes)))
        expect(found, JSON.stringify(found)).toMatchObject({
          verdict: 'explained',
          explanations: [{ kind: 'another time' }],
        })
      }
    }
  },
)

test('a few windows of batches are not enough to tell whether any is missing', () => {
  const { verdict, doubts } = hold(oldOf(inBatches(10, 1).slice(0, 14)))
  expect(verdict).toBe('unexplained')
  expect(doubts.join()).toContain('fewer than 40 windows')
})

test('differences by chance don’t even out, however small they are, and be it an hour alone', () => {
  for (const seed of [1, 2, 3, 4, 5, 6, 11]) {
    const random = chance(seed)
    const old = all.map(events => Math.round(events * (0.98 + 0.04 * random())))
    for (const minutes of [60, 180]) expect(hold(oldOf(old.slice(0, minutes))).verdict).toBe('unexplained')
  }
})

test('times that are the ends of windows are seen to be', () => {
  expect(kinds(oldOf(all.slice(0, -1), beginMs + minuteMs))).toEqual(['ends of windows'])
})

test('windows of five minutes are held against five of our minutes', () => {
  const fives = Array.from({ length: 36 }, (_, i) => all.slice(5 * i, 5 * i + 5).reduce((a, b) => a + b, 0))
  expect(hold(oldOf(fives, beginMs, 5 * minuteMs))).toMatchObject({
    verdict: 'same',
    windows: 36,
    windowMinutes: 5,
  })
})

test('windows of five minutes that begin every minute count each event five times, whether their ends are known or not', () => {
  const sliding = all.slice(0, -4).map((_, i) => all.slice(i, i + 5).reduce((a, b) => a + b, 0))
  expect(hold(oldOf(sliding))).toMatchObject({
    verdict: 'explained',
    explanations: [{ kind: 'overlapping windows' }],
  })
  expect(hold({ ...oldOf(sliding), windowMs: 5 * minuteMs })).toMatchObject({
    verdict: 'explained',
    explanations: [{ kind: 'overlapping windows', events: 0 }],
    windowMinutes: 5,
  })
})

test('rows of running counts are seen by the largest of them', () => {
  const windows = new Map(
    all.map((events, i) => [
      beginMs + i * minuteMs,
      { sum: events + Math.round(events / 2), largest: events, repeated: 1, canaries: 0 },
    ]),
  )
  expect(kinds({ source: '', windows, values: {} })).toEqual(['running counts'])
})

test('the source’s own test events are told apart where a column names them', () => {
  const old = oldOf(all)
  const windows = new Map(
    [...old.windows].map(([at, one], i) => [at, i % 15 ? one : { ...windowOf(one.sum + 2), canaries: 2 }]),
  )
  expect(hold({ ...old, windows })).toMatchObject({
    verdict: 'explained',
    explanations: [{ kind: 'canaries', events: 24 }],
  })
})

test('a first and a last minute of which a part was counted are cut off, not lost', () => {
  const old = all.slice(10, 170)
  old[0] = 400
  old[159] = 100
  const found = hold(oldOf(old, beginMs + 10 * minuteMs))
  expect(found.explanations).toMatchObject([{ kind: 'cut off', where: [{}, {}] }])
})

test('whatever the defects are, explained and unexplained events add up to the difference', () => {
  const defect = fc.record({
    at: fc.integer({ min: 5, max: 150 }),
    length: fc.integer({ min: 1, max: 10 }),
    times: fc.constantFrom(0, 0.5, 2, 3),
  })
  fc.assert(
    fc.property(fc.array(defect, { maxLength: 4 }), fc.constantFrom(...parts), (defects, [, part]) => {
      const old = [...countsOf(ours, part)]
      for (const { at, length, times } of defects) {
        for (let i = at; i < at + length; i++) old[i] = Math.round((old[i] ?? 0) * times)
      }
      const found = hold(oldOf(old))
      const explained = found.explanations.reduce((sum, { events }) => sum + events, 0)
      expect(found.ours + explained + found.unexplained.net).toBeCloseTo(found.old, -0.5)
    }),
    { numRuns: 6 },
  )
})

test('too few windows in common, or none, say what to do', () => {
  expect(() => hold(oldOf(all.slice(0, 6)))).toThrow(/6 windows of 1 minute in common; 10 are the least/)
  expect(() => hold(oldOf(all, beginMs + 100 * 24 * hourMs))).toThrow(/no time in common/)
  expect(() => hold(oldOf([1]))).toThrow(/one time alone/)
})
