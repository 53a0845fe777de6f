import { crc32c } from '@node-rs/crc32'

/**
 * Record batch format 2 (kafka.apache.org/documentation/#recordbatch). A batch is kept as the bytes it came in; only
 * what the broker itself sets is changed: base offset and leader epoch, both outside the CRC, and with LogAppendTime
 * the timestamp type and the newest timestamp.
 */
export type BatchHeader = {
  baseOffset: number
  /** The whole batch in bytes, with the offset and length fields. */
  size: number
  magic: number
  attributes: number
  lastOffsetDelta: number
  baseTimestampMs: number
  maxTimestampMs: number
  producerId: number
  producerEpoch: number
  baseSequence: number
  count: number
}

/** Bytes of a batch before its records. */
export const batchHeaderBytes = 61
/** Bytes before the field that `batchLength` counts from. */
const lengthEnd = 12

const at = {
  length: 8,
  leaderEpoch: 12,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastOffsetDelta: 23,
  baseTimestamp: 27,
  maxTimestamp: 35,
  producerId: 43,
  producerEpoch: 51,
  baseSequence: 53,
  count: 57,
} as const

/** Bits of `attributes`. */
export const attribute = {
  compression: 0x07,
  logAppendTime: 0x08,
  transactional: 0x10,
  control: 0x20,
} as const

/** Times and ids past 2^53 are nonsense of a client; they are kept in the bytes, and clamped here. */
const int64Of = (bytes: Buffer, from: number) =>
  Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, Number(bytes.readBigInt64BE(from))))

/** Size in bytes of the batch that begins at `from`, or undefined when fewer than 12 bytes stand there. */
export function batchSizeAt(bytes: Buffer, from: number): number | undefined {
  if (bytes.length - from < lengthEnd) return undefined
  return lengthEnd + bytes.readInt32BE(from + at.length)
}

/** The header of the batch that begins at `from`; undefined when it can't be one, or isn't of format 2. */
export function readBatchHeader(bytes: Buffer, from = 0): BatchHeader | undefined {
  if (bytes.length - from < batchHeaderBytes) return undefined
  const size = lengthEnd + bytes.readInt32BE(from + at.length)
  const baseOffset = Number(bytes.readBigInt64BE(from))
  const magic = bytes.readInt8(from + at.magic)
  if (size < batchHeaderBytes || magic !== 2 || baseOffset < 0 || !Number.isSafeInteger(baseOffset))
    return undefined
  return {
    baseOffset,
    size,
    magic,
    attributes: bytes.readInt16BE(from + at.attributes),
    lastOffsetDelta: bytes.readInt32BE(from + at.lastOffsetDelta),
    baseTimestampMs: int64Of(bytes, from + at.baseTimestamp),
    maxTimestampMs: int64Of(bytes, from + at.maxTimestamp),
    producerId: int64Of(bytes, from + at.producerId),
    producerEpoch: bytes.readInt16BE(from + at.producerEpoch),
    baseSequence: bytes.readInt32BE(from + at.baseSequence),
    count: bytes.readInt32BE(from + at.count),
  }
}

/** Whether the CRC32C of the batch that begins at `from` and ends at `to` is the one in its header. */
export function crcHolds(bytes: Buffer, from: number, to: number): boolean {
  return crc32c(bytes.subarray(from + at.attributes, to)) === bytes.readUInt32BE(from + at.crc)
}

/** Sets where the batch stands in the log. The epoch is always 0: there is one leader, for ever. */
export function placeBatch(batch: Buffer, baseOffset: number): void {
  batch.writeBigInt64BE(BigInt(baseOffset), 0)
  batch.writeInt32BE(0, at.leaderEpoch)
}

/** Gives all records of the batch the time at which they were appended, and makes the CRC anew. */
export function stampAppendTime(batch: Buffer, timeMs: number): void {
  batch.writeInt16BE(batch.readInt16BE(at.attributes) | attribute.logAppendTime, at.attributes)
  batch.writeBigInt64BE(BigInt(timeMs), at.maxTimestamp)
  batch.writeUInt32BE(crc32c(batch.subarray(at.attributes)), at.crc)
}
