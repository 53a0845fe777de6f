import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rangeSet } from './ranges.ts'

test('holds what a set holds, in as few runs as can be', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40)), numbers => {
      const set = rangeSet()
      const plain = new Set<number>()
      for (const n of numbers) {
        expect(set.add(n)).toBe(!plain.has(n))
        plain.add(n)
      }
      const runs = set.ranges()
      const listed = runs.flatMap(([first, last]) =>
        Array.from({ length: last - first + 1 }, (_, i) => first + i),
      )
      expect(listed).toEqual([...plain].sort((a, b) => a - b))
      expect(set.size()).toBe(plain.size)
      runs.slice(1).forEach(([first], i) => void expect(first - (runs[i]?.[1] ?? 0)).toBeGreaterThan(1))
    }),
  )
})

test('a million events sent in order are one run', () => {
  const set = rangeSet()
  for (let n = 0; n < 1_000_000; n++) set.add(n)
  expect(set.ranges()).toEqual([[0, 999_999]])
})
