import { expect, test, vi } from 'vitest'
import { createPoll } from './poll.ts'

function watcher() {
  const seen: unknown[] = []
  return { seen, value: (value: unknown) => seen.push(value), error: (error: unknown) => seen.push(error) }
}

test('two who watch share each load', async () => {
  let loads = 0
  const poll = createPoll(async () => ++loads, 10)
  const [first, second] = [watcher(), watcher()]
  const leave = [poll.watch(first), poll.watch(second)]
  await vi.waitFor(() => expect(first.seen.length).toBeGreaterThan(3))
  for (const each of leave) each()
  expect(second.seen).toEqual(first.seen)
  expect(first.seen).toEqual(Array.from({ length: loads }, (_, index) => index + 1))
})

test('nothing is loaded before somebody watches, nor after the last has left', async () => {
  const load = vi.fn(async () => 'value')
  const poll = createPoll(load, 5)
  expect(load).not.toHaveBeenCalled()
  const { seen, ...rest } = watcher()
  const leave = poll.watch(rest)
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1))
  leave()
  const loads = load.mock.calls.length
  const control = createPoll(async () => 'control', 5)
  const other = watcher()
  const leaveControl = control.watch(other)
  await vi.waitFor(() => expect(other.seen.length).toBeGreaterThan(3))
  leaveControl()
  expect(load.mock.calls.length).toBe(loads)
})

test('somebody who joins between two loads gets the newest value at once', async () => {
  const poll = createPoll(async () => 'value', 60_000)
  const [first, second] = [watcher(), watcher()]
  poll.watch(first)
  await vi.waitFor(() => expect(first.seen).toEqual(['value']))
  poll.watch(second)
  expect(second.seen).toEqual(['value'])
})

test('a load that fails is told, and the next one is tried', async () => {
  let loads = 0
  const poll = createPoll(async () => {
    if (++loads === 1) throw new Error('no database')
    return loads
  }, 5)
  const { seen, ...rest } = watcher()
  const leave = poll.watch(rest)
  await vi.waitFor(() => expect(seen.length).toBeGreaterThan(1))
  leave()
  expect(seen.slice(0, 2)).toEqual([new Error('no database'), 2])
})

test('a hundred who ask at once cost one load, and so do those who ask within the interval', async () => {
  const load = vi.fn(async () => 'value')
  const poll = createPoll(load, 60_000)
  await Promise.all(Array.from({ length: 100 }, () => poll.current()))
  await poll.current()
  expect(load).toHaveBeenCalledOnce()
})
