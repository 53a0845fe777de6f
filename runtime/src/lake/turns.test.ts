import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

test('no more than allowed runs at once, all of it runs, and a failure frees its place', async () => {
  const inTurn = createTurns(2)
  let running = 0
  let most = 0
  const work = async (n: number) => {
    most = Math.max(most, ++running)
    await new Promise(resolve => setImmediate(resolve))
    running--
    if (n % 3 === 0) throw new Error(`${n} failed`)
    return n
  }
  const results = await Promise.allSettled(Array.from({ length: 10 }, (_, n) => inTurn(() => work(n))))
  expect(most).toBe(2)
  expect(running).toBe(0)
  expect(results.map(result => result.status === 'fulfilled')).toEqual(
    Array.from({ length: 10 }, (_, n) => n % 3 !== 0),
  )
})
