import { readdir } from 'node:fs/promises'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { buildBatch } from '../../../../../test/broker/build-batch.ts'
import { errors } from '../protocol/errors.ts'
import { readBatchHeader } from './batch.ts'
import { type PartitionLog } from './partition-log.ts'
import { offsetsFrom, oneRecord, TestLog, temporaryFolder } from './test-log.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)
const segmentsIn = async (folder: string) =>
  (await readdir(folder)).filter(name => name.endsWith('.log')).sort()

async function append(log: PartitionLog, count: number, bytes = 100): Promise<void> {
  await Promise.all(upTo(count).map(() => log.append(oneRecord('x'.repeat(bytes)))))
}

it('gives offsets without a gap to batches that come at once, over many segments', async () => {
  const test = new TestLog(await temporaryFolder())
  test.overrides = { 'segment.bytes': '2000' }
  const log = await test.open()
  const appended = await Promise.all(upTo(200).map(n => log.append(oneRecord(`edit ${n}`))))
  expect(appended.map(one => one.baseOffset)).toEqual(upTo(200))
  expect((await segmentsIn(test.folder)).length).toBeGreaterThan(5)
  expect(await offsetsFrom(log, 0, 300)).toEqual(upTo(200))
  expect(await offsetsFrom(log, 137)).toEqual(upTo(200).slice(137))
})

it('finds every offset of a large segment, wherever the index has its entries', async () => {
  const test = new TestLog(await temporaryFolder())
  const log = await test.open()
  for (let n = 0; n < 60; n++) await append(log, 5, 2_000)
  const reopened = await test.reopen('stopped')
  await fc.assert(
    fc.asyncProperty(fc.nat(299), fc.nat(20_000), async (offset, maxBytes) => {
      const bytes = await reopened.read(offset, maxBytes)
      expect(readBatchHeader(bytes)?.baseOffset).toBe(offset)
    }),
  )
})

it.each(['stopped', 'crashed'] as const)('holds the same after it was %s', async how => {
  const test = new TestLog(await temporaryFolder())
  test.overrides = { 'segment.bytes': '3000' }
  const log = await test.open()
  await append(log, 50)
  const reopened = await test.reopen(how)
  expect([reopened.startOffset, reopened.endOffset, test.cutBytes]).toEqual([0, 50, 0])
  expect(await offsetsFrom(reopened, 0)).toEqual(upTo(50))
  expect((await reopened.append(oneRecord('next'))).baseOffset).toBe(50)
})

it.each(['stopped', 'crashed'] as const)(
  'knows producers after it was %s, in older segments too',
  async how => {
    const test = new TestLog(await temporaryFolder())
    test.overrides = { 'segment.bytes': '400' }
    const log = await test.open()
    const batch = (producerId: number, baseSequence: number) =>
      buildBatch({ producerId, producerEpoch: 0, baseSequence, records: [{ value: Buffer.alloc(100) }] })
    await log.append(batch(7, 0))
    for (let sequence = 0; sequence < 10; sequence++) await log.append(batch(8, sequence))
    const reopened = await test.reopen(how)
    expect((await reopened.append(batch(7, 0))).baseOffset).toBe(0)
    expect((await reopened.append(batch(8, 9))).baseOffset).toBe(10)
    await expect(reopened.append(batch(7, 2))).rejects.toMatchObject({ code: errors.outOfOrderSequence })
    expect((await reopened.append(batch(7, 1))).baseOffset).toBe(11)
  },
)

it('stores a batch once that comes twice at the same moment', async () => {
  const log = await new TestLog(await temporaryFolder()).open()
  const batch = () =>
    buildBatch({ producerId: 1, producerEpoch: 0, baseSequence: 0, records: [{ value: null }] })
  const both = await Promise.all([log.append(batch()), log.append(batch())])
  expect(both.map(one => one.baseOffset)).toEqual([0, 0])
  expect(log.endOffset).toBe(1)
})

it('refuses offsets before its start and past its end, and gives nothing at its end', async () => {
  const log = await new TestLog(await temporaryFolder()).open()
  await append(log, 3)
  await expect(log.read(4, 100)).rejects.toMatchObject({ code: errors.offsetOutOfRange })
  await expect(log.read(-1, 100)).rejects.toMatchObject({ code: errors.offsetOutOfRange })
  await expect(log.read(Number.MAX_SAFE_INTEGER, 100)).rejects.toMatchObject({
    code: errors.offsetOutOfRange,
  })
  expect((await log.read(3, 100)).length).toBe(0)
})

it('drops the oldest segments when there are too many bytes, and keeps the order of the rest', async () => {
  const test = new TestLog(await temporaryFolder())
  test.overrides = { 'segment.bytes': '2000', 'retention.bytes': '6000' }
  const log = await test.open()
  await append(log, 100)
  await log.applyRetention()
  expect(log.startOffset).toBeGreaterThan(50)
  expect(await offsetsFrom(log, log.startOffset)).toEqual(upTo(100).slice(log.startOffset))
  await expect(log.read(0, 100)).rejects.toMatchObject({ code: errors.offsetOutOfRange })
  const start = log.startOffset
  expect((await test.reopen('crashed')).startOffset).toBe(start)
})

it('drops what is too old, the last segment too, and goes on with the offsets', async () => {
  const test = new TestLog(await temporaryFolder())
  test.overrides = { 'retention.ms': '60000' }
  const log = await test.open()
  await append(log, 10)
  test.nowMs += 60_000
  await log.applyRetention()
  expect(log.startOffset).toBe(0)
  test.nowMs += 1
  await log.applyRetention()
  expect([log.startOffset, log.endOffset]).toEqual([10, 10])
  const reopened = await test.reopen('crashed')
  expect((await reopened.append(oneRecord('next'))).baseOffset).toBe(10)
})

it('lets a reader finish, or tells it the offset is gone, while retention takes what it reads', async () => {
  const test = new TestLog(await temporaryFolder())
  test.overrides = { 'segment.bytes': '2000', 'retention.bytes': '0' }
  const log = await test.open()
  await append(log, 200)
  const reads = upTo(200).map(offset => log.read(offset, 5_000).catch((error: unknown) => error))
  await log.applyRetention()
  for (const [offset, read] of (await Promise.all(reads)).entries()) {
    if (Buffer.isBuffer(read)) expect(readBatchHeader(read)?.baseOffset).toBe(offset)
    else expect(read).toMatchObject({ code: errors.offsetOutOfRange })
  }
})

it('keeps the start that DeleteRecords gave it, in the middle of a segment, over a crash', async () => {
  const test = new TestLog(await temporaryFolder())
  const log = await test.open()
  await append(log, 10)
  expect(await log.deleteBefore(4)).toBe(4)
  expect(await log.deleteBefore(2)).toBe(4)
  await expect(log.deleteBefore(11)).rejects.toMatchObject({ code: errors.offsetOutOfRange })
  const reopened = await test.reopen('crashed')
  expect(reopened.startOffset).toBe(4)
  expect(await reopened.deleteBefore(-1)).toBe(10)
  expect((await test.reopen('crashed')).startOffset).toBe(10)
})

it('finds the first record at or after a time, over segments and with times out of order', async () => {
  const test = new TestLog(await temporaryFolder())
  test.overrides = { 'segment.bytes': '1000' }
  const log = await test.open()
  const times = [50, 10, 70, 20, 70, 90, 30].map(minute => minute * 60_000)
  for (const time of times) await log.append(oneRecord('x'.repeat(400), time))
  for (const asked of [0, 10, 50, 51, 70, 71, 90].map(minute => minute * 60_000)) {
    const offset = times.findIndex(time => time >= asked)
    expect(await log.firstAt(asked)).toEqual({ offset, timestampMs: times[offset] })
  }
  expect(await log.firstAt(90 * 60_000 + 1)).toBeUndefined()
})

it('finds a record by its time in the middle of a batch', async () => {
  const log = await new TestLog(await temporaryFolder()).open()
  await log.append(
    buildBatch({ records: [1_000, 2_000, 3_000].map(timestampMs => ({ timestampMs, value: null })) }),
  )
  expect(await log.firstAt(1_500)).toEqual({ offset: 1, timestampMs: 2_000 })
})

it('writes its own time where the topic says so', async () => {
  const test = new TestLog(await temporaryFolder())
  test.overrides = { 'message.timestamp.type': 'LogAppendTime' }
  const log = await test.open()
  expect(await log.append(oneRecord('x', 5))).toEqual({ baseOffset: 0, appendTimeMs: 1_000_000 })
  expect(readBatchHeader(await log.read(0, 1_000))?.maxTimestampMs).toBe(1_000_000)
  expect(await log.firstAt(1_000_000)).toEqual({ offset: 0, timestampMs: 1_000_000 })
})

it('refuses writes while the disk is full, keeps what it has, and goes on when there is room', async () => {
  const test = new TestLog(await temporaryFolder())
  const log = await test.open()
  await append(log, 5)
  test.writeError = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  const refused = await Promise.allSettled([log.append(oneRecord('lost')), log.append(oneRecord('lost too'))])
  for (const one of refused) expect(one).toMatchObject({ reason: { code: errors.storageError } })
  expect(test.problems).toMatchObject([{ what: 'edits-0', message: expect.stringContaining('ENOSPC') }])
  expect(await offsetsFrom(log, 0)).toEqual(upTo(5))
  test.writeError = undefined
  expect((await log.append(oneRecord('kept'))).baseOffset).toBe(5)
  const reopened = await test.reopen('crashed')
  expect([reopened.endOffset, test.cutBytes]).toEqual([6, 0])
})

it('does not take a refused batch for a duplicate when it comes again', async () => {
  const test = new TestLog(await temporaryFolder())
  const log = await test.open()
  const batch = (baseSequence: number) =>
    buildBatch({ producerId: 3, producerEpoch: 0, baseSequence, records: [{ value: null }] })
  await log.append(batch(0))
  test.writeError = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  await expect(log.append(batch(1))).rejects.toMatchObject({ code: errors.storageError })
  test.writeError = undefined
  expect((await log.append(batch(1))).baseOffset).toBe(1)
  expect(log.endOffset).toBe(2)
})

it('writes no more after a sync failed for a reason that does not pass, until it is opened anew', async () => {
  const test = new TestLog(await temporaryFolder())
  const log = await test.open()
  await append(log, 2)
  test.writeError = Object.assign(new Error('input/output error'), { code: 'EIO' })
  await expect(log.append(oneRecord('lost'))).rejects.toMatchObject({ code: errors.storageError })
  test.writeError = undefined
  await expect(log.append(oneRecord('lost'))).rejects.toMatchObject({ code: errors.storageError })
  const reopened = await test.reopen('crashed')
  expect((await reopened.append(oneRecord('kept'))).baseOffset).toBe(2)
})
