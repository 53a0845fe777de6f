import { errors, ProtocolError } from '../protocol/errors.ts'
import { attribute, batchHeaderBytes, batchSizeAt, crcHolds, readBatchHeader } from './batch.ts'

/** A batch ends before its magic byte can be read. */
const magicEnd = 17

/**
 * What keeps the records a producer sent for one partition from being stored, undefined when nothing does: they must be
 * one whole batch of format 2, its CRC right, its counts agreeing, not larger than the topic allows.
 */
export function batchProblem(records: Buffer, maxBytes: number): ProtocolError | undefined {
  const problem = (code: number, what: string) => new ProtocolError(code, what)
  const size = batchSizeAt(records, 0)
  if (size === undefined || records.length < magicEnd) return problem(errors.invalidRecord, 'no record batch')
  const magic = records[magicEnd - 1]
  if (magic !== 2) {
    return problem(errors.unsupportedForMessageFormat, `message format ${magic}, only 2 is stored`)
  }
  if (size > maxBytes) {
    return problem(errors.messageTooLarge, `a batch of ${size} bytes, at most ${maxBytes} are allowed`)
  }
  if (size < batchHeaderBytes || size > records.length) {
    return problem(errors.corruptMessage, 'a truncated batch')
  }
  if (size < records.length) return problem(errors.invalidRecord, 'more than one batch for a partition')
  const header = readBatchHeader(records)
  if (!header) return problem(errors.corruptMessage, 'not a record batch')
  if (!crcHolds(records, 0, size)) {
    return problem(errors.corruptMessage, 'the checksum of the batch is wrong')
  }
  const { count, lastOffsetDelta, attributes } = header
  if (count < 1 || lastOffsetDelta !== count - 1) {
    return problem(errors.invalidRecord, `${count} records with a last delta of ${lastOffsetDelta}`)
  }
  if (header.producerId >= 0 && (header.producerEpoch < 0 || header.baseSequence < 0)) {
    return problem(errors.invalidRecord, 'a producer id without epoch and sequence')
  }
  if (attributes & (attribute.transactional | attribute.control)) {
    return problem(errors.invalidTransactionState, 'transactions are not supported by this broker')
  }
  return undefined
}
