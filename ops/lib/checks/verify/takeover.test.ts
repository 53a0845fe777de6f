import { expect, test } from 'vitest'
import { watchTakeover } from './takeover.ts'
import { asked, threeWorkers, view } from './test-view.ts'
import { type View } from './view.ts'

let second = 0
/** A view that was read a second after the one before it. */
const later = (changes: Partial<View> = {}) =>
  view({ at: new Date(Date.UTC(2026, 10, 23, 8) + 1_000 * second++).toISOString(), ...changes })
const at = (next: (partition: number) => number) =>
  Array.from({ length: 12 }, (_, partition) => ({ partition, next: next(partition) }))
const lost = [0, 3, 6, 9]
const dead = [asked('worker 1', { state: 'unreachable' }), ...threeWorkers.slice(1)]
const others = [
  asked('worker 2', { partitions: [0, 1, 3, 4, 7, 10] }),
  asked('worker 3', { partitions: [2, 5, 6, 8, 9, 11] }),
]

test('what the page remembers from before the kill is no takeover', () => {
  const takeover = watchTakeover(lost, 3, true)
  expect(takeover.look(later())).toEqual([])
  // Counted by the worker itself, before it died.
  expect(takeover.look(later({ partitions: at(() => 105) }))).toEqual([])
  expect(takeover.lacks()).toBe('the page has not missed the worker')
})

test('missed, counted on by the others, back, shared out again: each told once', () => {
  const takeover = watchTakeover(lost, 3, true)
  takeover.look(later())
  expect(takeover.look(later({ services: dead, partitions: at(() => 105) }))).toEqual([
    '2 of 3 workers are ready',
  ])
  expect(takeover.lacks()).toBe('partitions 0, 3, 6, 9 stand still')
  const some = at(partition => (partition === 9 ? 105 : 110))
  expect(takeover.look(later({ services: others, partitions: some }))).toEqual([])
  expect(takeover.look(later({ services: others, partitions: at(() => 110) }))).toEqual([
    'partitions 0, 3, 6, 9 are counted on, by worker 2 and worker 3',
  ])
  expect(takeover.lacks()).toBe('the worker is not back')
  const joined = [...others, asked('worker 1', { partitions: [] })]
  expect(takeover.look(later({ services: joined }))).toEqual(['3 of 3 workers are ready again'])
  expect(takeover.lacks()).toBe('the partitions are not shared out again')
  expect(takeover.look(later())).toEqual(['12 over 3 workers: 4 + 4 + 4 again'])
  expect(takeover.lacks()).toBeUndefined()
  expect(takeover.look(later())).toEqual([])
})

test('where no event comes any more, none is waited for', () => {
  const takeover = watchTakeover([0], 3, false)
  takeover.look(later({ services: dead }))
  takeover.look(later())
  expect(takeover.lacks()).toBeUndefined()
})
