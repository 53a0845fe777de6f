import { expect, test } from 'vitest'
import { notSharedOut } from './shared-out.ts'

const view = (...held: (number[] | null)[]) => ({
  services: held.map((partitions, index) => ({
    name: `worker ${index + 1}`,
    state: 'ready',
    reason: null,
    partitions,
    lag: 0,
  })),
})
const all = Array.from({ length: 12 }, (_, index) => index)

test('twelve partitions, each with one worker, are shared out', () => {
  expect(notSharedOut(view(all))).toBeUndefined()
  expect(notSharedOut(view(all.slice(0, 7), all.slice(7)))).toBeUndefined()
})

test('a partition without a worker, one with two, and a worker without one are told', () => {
  expect(notSharedOut(view(all.slice(1)))).toBe('11 of 12 partitions have a worker')
  expect(notSharedOut(view(all, [3]))).toContain('hold a partition twice')
  expect(notSharedOut(view(all, []))).toBe('1 of 2 workers have no partition yet')
  expect(notSharedOut(view(all, null))).toBe('1 of 2 workers have no partition yet')
  expect(notSharedOut({ services: null })).toBe('0 of 12 partitions have a worker')
})
