import { expect, test } from 'vitest'
import { type KafkaMessage, LogRangeError } from '../platform/kafka.ts'
import { passLog, type ReadLog } from './log-pass.ts'

const message = (offset: bigint): KafkaMessage => ({
  ...{ key: null, value: null, timestamp: '0', attributes: 0, headers: {} },
  offset: String(offset),
})

/** A log of one partition whose start can move while it is read. */
function movingLog(
  log: { start: bigint; end: bigint; holes?: bigint[] },
  onRead: (offset: bigint) => void = () => {},
) {
  const seen: bigint[] = []
  const read: ReadLog = async (ranges, onRecord) => {
    const range = ranges.get(0)
    if (!range) return
    for (let offset = range.from; offset < range.to; offset++) {
      if (offset < log.start) throw new LogRangeError(`retention took offset ${offset}`)
      if (log.holes?.includes(offset)) continue
      await onRecord(0, message(offset))
      seen.push(offset)
      onRead(offset)
    }
  }
  const pass = (from: bigint, to: bigint) =>
    passLog({
      ranges: new Map([[0, { from, to }]]),
      read,
      readEnds: async () => new Map([[0, { start: log.start, end: log.end }]]),
      onRecord: async () => {},
    })
  return { pass, seen }
}

test('retention that overtakes the reading is passed over, and nothing is read twice', async () => {
  const log = { start: 0n, end: 100n }
  const { pass, seen } = movingLog(log, offset => {
    if (offset === 9n) log.start = 50n
    if (offset === 59n) log.start = 55n
  })
  expect((await pass(0n, 80n)).get(0)).toEqual({ records: 40n, missing: [], retired: 40n })
  expect(new Set(seen).size).toBe(seen.length)
})

test('retention that takes all that was to be read leaves nothing missing', async () => {
  const log = { start: 0n, end: 100n }
  const { pass } = movingLog(log, () => {
    log.start = 100n
  })
  expect((await pass(0n, 80n)).get(0)).toEqual({ records: 1n, missing: [], retired: 79n })
})

test('holes are missing, at the start, in the middle and at the end', async () => {
  const { pass } = movingLog({ start: 0n, end: 10n, holes: [0n, 4n, 5n, 9n] })
  expect((await pass(0n, 10n)).get(0)?.missing).toEqual([
    { first: 0n, last: 0n },
    { first: 4n, last: 5n },
    { first: 9n, last: 9n },
  ])
})

test('a range error that retention does not explain is not tried again', async () => {
  const { pass } = movingLog({ start: 0n, end: 10n }, () => {
    throw new LogRangeError('beyond the end')
  })
  await expect(pass(0n, 10n)).rejects.toThrow('beyond the end')
})
