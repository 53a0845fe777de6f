import { describe, expect, test } from 'vitest'
import { createBatchQueue } from './batch-queue.ts'

const limits = { maxItems: 3, maxBytes: 100, lingerMs: 20, fits: () => true }

/** Has the promise settled after the microtasks and timers that are due? */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending')
  return (await Promise.race([promise, new Promise(resolve => setImmediate(resolve, pending))])) !== pending
}

describe('a batch', () => {
  test('is handed over at once when it has enough items', async () => {
    const queue = createBatchQueue<number>({ ...limits, lingerMs: 60_000 })
    for (const item of [1, 2, 3, 4]) await queue.push(item, 1)
    expect(await queue.take()).toEqual([1, 2, 3])
    expect(queue.size()).toEqual({ items: 1, bytes: 1 })
  })
  test('never holds more bytes than fit, but a single item of any size', async () => {
    const queue = createBatchQueue<string>({ ...limits, lingerMs: 0 })
    void queue.push('a', 60)
    void queue.push('b', 60)
    void queue.push('huge', 5_000)
    expect([await queue.take(), await queue.take(), await queue.take()]).toEqual([['a'], ['b'], ['huge']])
  })
  test('ends before an item that must not be in it', async () => {
    const queue = createBatchQueue<number>({ ...limits, lingerMs: 0, fits: (a, b) => b - a < 10 })
    for (const item of [1, 5, 12]) void queue.push(item, 1)
    expect([await queue.take(), await queue.take()]).toEqual([[1, 5], [12]])
  })
  test('waits for others no longer than it may', async () => {
    const queue = createBatchQueue<number>(limits)
    const startedAt = performance.now()
    const taken = queue.take()
    await queue.push(1, 1)
    expect(await isSettled(taken)).toBe(false)
    await queue.push(2, 1)
    expect(await taken).toEqual([1, 2])
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(19)
  })
})

describe('a slow log', () => {
  test('makes the source wait once two batches stand, until one is taken', async () => {
    const queue = createBatchQueue<number>(limits)
    const pushes = [1, 2, 3, 4, 5].map(item => queue.push(item, 1))
    expect(await isSettled(Promise.all(pushes))).toBe(true)
    const last = queue.push(6, 1)
    expect(await isSettled(last)).toBe(false)
    await queue.take()
    expect(await isSettled(last)).toBe(true)
  })
  test('that failed lets the source go, and what was queued is dropped', async () => {
    const queue = createBatchQueue<number>(limits)
    const pushes = [1, 2, 3, 4, 5, 6].map(item => queue.push(item, 1))
    queue.discard()
    expect(await isSettled(Promise.all(pushes))).toBe(true)
    expect(queue.size()).toEqual({ items: 0, bytes: 0 })
  })
})

test('after the end what is queued is still handed over, then nothing', async () => {
  const queue = createBatchQueue<number>({ ...limits, lingerMs: 60_000 })
  const waiting = queue.take()
  void queue.push(1, 1)
  queue.close()
  expect([await waiting, await queue.take()]).toEqual([[1], undefined])
})
