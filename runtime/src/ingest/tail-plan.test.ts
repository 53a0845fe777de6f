import { expect, test } from 'vitest'
import { type Cursor } from '../platform/source-cursor.ts'
import { firstRanges, furtherRanges } from './tail-plan.ts'

const at = (timestamp: number): Cursor => [{ topic: 't', partition: 0, timestamp }]
const log = new Map([
  [0, { start: 0n, end: 100n }],
  [1, { start: 5_000n, end: 9_000n }],
  [2, { start: 0n, end: 1_000_000n }],
  [3, { start: 7n, end: 7n }],
])

test('the window is read, at least the last 500 records, never before the log’s start nor without limit', () => {
  const windowFrom = new Map([
    [0, 90n],
    [1, 6_000n],
    [2, 0n],
    [3, 7n],
  ])
  expect(firstRanges(log, windowFrom, 10_000n)).toEqual(
    new Map([
      [0, { from: 0n, to: 100n }],
      [1, { from: 6_000n, to: 9_000n }],
      [2, { from: 990_000n, to: 1_000_000n }],
      [3, { from: 7n, to: 7n }],
    ]),
  )
})

test('a partition that does not reach back to where the source resumes is read on, twice as far', () => {
  const reached = new Map([[1, { from: 8_500n, first: [at(4_000)] }]])
  expect(furtherRanges(log, reached, at(3_999), 10_000n)).toEqual(
    new Map([[1, { from: 8_000n, to: 8_500n }]]),
  )
  expect(furtherRanges(log, reached, at(4_000), 10_000n).size).toBe(0)
})

test('one old date among the first records does not pass for the age of them all', () => {
  const reached = new Map([[1, { from: 8_500n, first: [at(1), at(4_000)] }]])
  expect(furtherRanges(log, reached, at(3_999), 10_000n).size).toBe(1)
})

test('records without a cursor are read past, to the log’s start or the limit', () => {
  const read = (from: bigint, most: bigint) =>
    furtherRanges(log, new Map([[1, { from, first: [] }]]), at(1), most).get(1)
  expect(read(6_000n, 10_000n)).toEqual({ from: 5_000n, to: 6_000n })
  expect(read(5_000n, 10_000n)).toBeUndefined()
  expect(read(8_000n, 1_000n)).toBeUndefined()
})
