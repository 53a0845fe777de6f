import { errors, ProtocolError } from '../protocol/errors.ts'
import { attribute, batchHeaderBytes, batchSizeAt, crcHolds, readBatchHeader } from './batch.ts'

/**
 * Checks what a producer sent for one partition: one whole batch of format 2, its CRC right, its counts agreeing, not
 * larger than the topic allows.
 * @throws ProtocolError with the code for the client.
 */
export function checkBatch(records: Buffer | null, maxBytes: number): void {
  const fail = (code: number, what: string): never => {
    throw new ProtocolError(code, what)
  }
  const size = records ? batchSizeAt(records, 0) : undefined
  if (!records || size === undefined || records.length < 17)
    return fail(errors.invalidRecord, 'no record batch')
  const magic = records[16]
  if (magic !== 2)
    return fail(errors.unsupportedForMessageFormat, `message format ${magic}, only 2 is stored`)
  if (size > maxBytes)
    return fail(errors.messageTooLarge, `a batch of ${size} bytes, at most ${maxBytes} are allowed`)
  if (size < batchHeaderBytes || size > records.length)
    return fail(errors.corruptMessage, 'a truncated batch')
  if (size < records.length) return fail(errors.invalidRecord, 'more than one batch for a partition')
  const header = readBatchHeader(records)
  if (!header) return fail(errors.corruptMessage, 'not a record batch')
  if (!crcHolds(records, 0, size)) return fail(errors.corruptMessage, 'the checksum of the batch is wrong')
  if (header.count < 1 || header.lastOffsetDelta !== header.count - 1) {
    return fail(
      errors.invalidRecord,
      `${header.count} records with a last delta of ${header.lastOffsetDelta}`,
    )
  }
  if (header.producerId >= 0 && (header.producerEpoch < 0 || header.baseSequence < 0)) {
    return fail(errors.invalidRecord, 'a producer id without epoch and sequence')
  }
  if (header.attributes & (attribute.transactional | attribute.control)) {
    return fail(errors.invalidTransactionState, 'transactions are not supported by this broker')
  }
  return undefined
}
