import { gzipSync, zstdCompressSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { buildBatch } from '../../../../../test/broker/build-batch.ts'
import { attribute, batchHeaderBytes, readBatchHeader } from './batch.ts'
import { firstRecordAt } from './records.ts'

const records = [1_000, 2_000, 3_000].map(timestampMs => ({ timestampMs, value: Buffer.from('x') }))

function lookUp(attributes: number, pack: (bytes: Buffer) => Buffer, timeMs: number) {
  const plain = buildBatch({ records, attributes, baseOffset: 40 })
  const batch = Buffer.concat([plain.subarray(0, batchHeaderBytes), pack(plain.subarray(batchHeaderBytes))])
  batch.writeInt32BE(batch.length - 12, 8)
  const header = readBatchHeader(batch)
  if (!header) throw new Error('not a batch')
  return firstRecordAt(batch, header, timeMs)
}

it.each([
  ['plain', 0, (bytes: Buffer) => bytes],
  ['gzip', 1, (bytes: Buffer) => gzipSync(bytes)],
  ['zstd', 4, (bytes: Buffer) => zstdCompressSync(bytes)],
])('finds a record by its time in a %s batch', (_, codec, pack) => {
  expect(lookUp(codec, pack, 0)).toEqual({ offset: 40, timestampMs: 1_000 })
  expect(lookUp(codec, pack, 1_001)).toEqual({ offset: 41, timestampMs: 2_000 })
  expect(lookUp(codec, pack, 3_000)).toEqual({ offset: 42, timestampMs: 3_000 })
})

it.each([
  ['snappy', 2, (bytes: Buffer) => bytes],
  ['lz4', 3, (bytes: Buffer) => bytes],
  ['a gzip that is damaged', 1, () => Buffer.from('not gzip')],
  ['a zip bomb', 1, () => gzipSync(Buffer.alloc(200 * 1024 * 1024))],
  ['records that end early', 0, (bytes: Buffer) => bytes.subarray(0, 5)],
])('gives the whole batch for %s: too early, never too late', (_, codec, pack) => {
  expect(lookUp(codec, pack, 1_001)).toEqual({ offset: 40, timestampMs: 3_000 })
})

it('gives the whole batch where the log’s own time counts', () => {
  expect(lookUp(attribute.logAppendTime, bytes => bytes, 1_001)).toEqual({ offset: 40, timestampMs: 3_000 })
})
