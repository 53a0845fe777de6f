import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { inOrder } from './in-order.ts'
import { type LogLine } from './line.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const at = (second: number, text = String(second)): LogLine => ({
  time: `2026-11-20T08:00:0${second}Z`,
  service: 'worker',
  replica: 1,
  node: 'host-1',
  text,
})

test('lines of two hosts that come crosswise are shown in the order of time', () => {
  const shown: string[] = []
  const order = inOrder(({ text }) => shown.push(text))
  order.push(at(2))
  vi.advanceTimersByTime(200)
  order.push(at(1))
  vi.advanceTimersByTime(200)
  expect(shown).toEqual([])
  vi.advanceTimersByTime(1_000)
  order.close()
  expect(shown).toEqual(['1', '2'])
})

test('lines of one moment keep the order in which they came', () => {
  const shown: string[] = []
  const order = inOrder(({ text }) => shown.push(text))
  for (const text of ['a', 'b', 'c']) order.push(at(1, text))
  order.close()
  expect(shown).toEqual(['a', 'b', 'c'])
})

test('one that comes too late is shown all the same, and nothing is held at the end', () => {
  const shown: string[] = []
  const order = inOrder(({ text }) => shown.push(text))
  order.push(at(5))
  vi.advanceTimersByTime(2_000)
  order.push(at(1))
  order.close()
  expect(shown).toEqual(['5', '1'])
})
