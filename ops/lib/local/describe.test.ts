import { expect, test } from 'vitest'
import { describe } from './describe.ts'

test('a worker says its partitions, its lag and what it counted', () => {
  const partitions = [0, 3].map(partition => ({ partition, next: '7', lag: '0' }))
  expect(describe({ partitions, lag: '0', counted: { events: 12345, dead: 2 } })).toBe(
    'partitions 0 3 · lag 0 · 12,345 counted, 2 dead',
  )
})

test('a service of another release, with fields of another shape, is shown as far as it goes', () => {
  expect(describe({ partitions: 'all', lag: {}, counted: [1], state: 'streaming', viewers: '3' })).toBe(
    'streaming',
  )
  expect(describe({})).toBeUndefined()
})
