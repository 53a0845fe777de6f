import { crc32c } from '@node-rs/crc32'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { buildBatch } from '../../../../../test/broker/build-batch.ts'
import { errors } from '../protocol/errors.ts'
import { attribute, readBatchHeader } from './batch.ts'
import { batchProblem } from './check-batch.ts'

const records = [{ value: Buffer.from('a') }, { value: null }]
const sound = () => buildBatch({ records })
const codeOf = (batch: Buffer, maxBytes = 1_000_000) => batchProblem(batch, maxBytes)?.code

/** Changes bytes and makes the CRC right again: what a faulty client would send. */
function forged(change: (batch: Buffer) => void): Buffer {
  const batch = sound()
  change(batch)
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

it('finds nothing wrong with what a producer sends', () => {
  expect(codeOf(sound())).toBeUndefined()
})

it.each([
  ['nothing', Buffer.alloc(0), errors.invalidRecord],
  ['16 bytes', Buffer.alloc(16), errors.invalidRecord],
  ['two batches', Buffer.concat([sound(), sound()]), errors.invalidRecord],
  ['a batch and a byte', Buffer.concat([sound(), Buffer.alloc(1)]), errors.invalidRecord],
  ['a truncated batch', sound().subarray(0, -1), errors.corruptMessage],
  ['message format 1', forged(batch => batch.writeInt8(1, 16)), errors.unsupportedForMessageFormat],
  ['a negative length', forged(batch => batch.writeInt32BE(-1, 8)), errors.corruptMessage],
  ['no records', forged(batch => batch.writeInt32BE(0, 57)), errors.invalidRecord],
  ['counts that disagree', forged(batch => batch.writeInt32BE(7, 57)), errors.invalidRecord],
  ['a negative last delta', forged(batch => batch.writeInt32BE(-2, 23)), errors.invalidRecord],
  ['a producer without a sequence', forged(batch => batch.writeBigInt64BE(5n, 43)), errors.invalidRecord],
  [
    'a transaction',
    forged(batch => batch.writeInt16BE(attribute.transactional, 21)),
    errors.invalidTransactionState,
  ],
  [
    'a control batch',
    forged(batch => batch.writeInt16BE(attribute.control, 21)),
    errors.invalidTransactionState,
  ],
])('refuses %s', (_, batch, code) => {
  expect(codeOf(batch)).toBe(code)
})

it('counts the whole batch against the limit', () => {
  const batch = sound()
  expect(codeOf(batch, batch.length)).toBeUndefined()
  expect(codeOf(batch, batch.length - 1)).toBe(errors.messageTooLarge)
})

it('sees every changed bit of what the CRC covers', () => {
  fc.assert(
    fc.property(fc.nat(), fc.integer({ min: 0, max: 7 }), (at, bit) => {
      const batch = sound()
      const position = 21 + (at % (batch.length - 21))
      batch.writeUInt8(batch.readUInt8(position) ^ (1 << bit), position)
      expect(codeOf(batch)).toBe(errors.corruptMessage)
    }),
  )
})

it('never throws, whatever bytes come', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), bytes => void batchProblem(Buffer.from(bytes), 100)),
  )
})

it('clamps times that are no times', () => {
  const batch = forged(bytes => bytes.writeBigInt64BE(2n ** 62n, 35))
  expect(readBatchHeader(batch)?.maxTimestampMs).toBe(Number.MAX_SAFE_INTEGER)
})
