import fc from 'fast-check'
import { expect, it } from 'vitest'
import { judge, type ProducerState, remember, sequenceAfter, withoutExpired } from './producers.ts'

const most = 2 ** 31 - 1

function after(...batches: [epoch: number, first: number, last: number][]): Map<number, ProducerState> {
  const producers = new Map<number, ProducerState>()
  for (const [n, [epoch, first, last]] of batches.entries()) {
    remember(producers, { producerId: 1, epoch, first, last }, { offset: n * 10, timestampMs: n })
  }
  return producers
}
const batch = (epoch: number, first: number, last = first) => ({ producerId: 1, epoch, first, last })

it('takes the first batch of an unknown producer whatever its sequence', () => {
  expect(judge(new Map(), batch(0, 77))).toEqual({ kind: 'next' })
})

it('takes what follows, and sends back what came before with its offset', () => {
  const producers = after([0, 0, 4], [0, 5, 5])
  expect(judge(producers, batch(0, 6))).toEqual({ kind: 'next' })
  expect(judge(producers, batch(0, 0, 4))).toMatchObject({ kind: 'duplicate', of: { offset: 0 } })
  expect(judge(producers, batch(0, 5))).toMatchObject({ kind: 'duplicate', of: { offset: 10 } })
})

it('refuses a gap, and a part of a batch it has', () => {
  const producers = after([0, 0, 4])
  expect(judge(producers, batch(0, 6))).toEqual({ kind: 'gap', expected: 5 })
  expect(judge(producers, batch(0, 0, 3))).toEqual({ kind: 'gap', expected: 5 })
})

it('remembers five batches, and refuses the sixth last', () => {
  const producers = after(...Array.from({ length: 6 }, (_, n): [number, number, number] => [0, n, n]))
  expect(judge(producers, batch(0, 1)).kind).toBe('duplicate')
  expect(judge(producers, batch(0, 0)).kind).toBe('gap')
})

it('fences an older epoch, and lets a newer one begin at 0 only', () => {
  const producers = after([3, 0, 0])
  expect(judge(producers, batch(2, 1))).toEqual({ kind: 'fenced' })
  expect(judge(producers, batch(4, 0))).toEqual({ kind: 'next' })
  expect(judge(producers, batch(4, 1))).toEqual({ kind: 'gap', expected: 0 })
})

it('goes on at 0 after the largest sequence', () => {
  expect(sequenceAfter(most, 1)).toBe(0)
  expect(judge(after([0, most - 1, most]), batch(0, 0))).toEqual({ kind: 'next' })
  expect(judge(after([0, most - 1, 2]), batch(0, 3))).toEqual({ kind: 'next' })
})

it('stores each batch once and in order, however often and late a producer repeats its last five', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 60 }), repeats => {
      const producers = new Map<number, ProducerState>()
      const stored: number[] = []
      for (const [sequence, back] of repeats.entries()) {
        for (const sent of [sequence, Math.max(0, sequence - back)]) {
          if (judge(producers, batch(0, sent)).kind !== 'next') continue
          remember(producers, batch(0, sent), { offset: sent, timestampMs: 0 })
          stored.push(sent)
        }
      }
      expect(stored).toEqual(repeats.map((_, sequence) => sequence))
    }),
  )
})

it('forgets a producer that was silent for a day', () => {
  const producers = after([0, 0, 0])
  expect(withoutExpired(producers, 86_400_000 - 1).size).toBe(1)
  expect(withoutExpired(producers, 86_400_000).size).toBe(0)
})
