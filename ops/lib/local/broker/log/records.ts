import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { Reader } from '../wire/reader.ts'
import { attribute, type BatchHeader, batchHeaderBytes } from './batch.ts'

/** Largest size in bytes to which a batch is unpacked to look at its timestamps. */
const maxUnpackedBytes = 128 * 1024 * 1024

const none = 0
const gzip = 1
const zstd = 4

function unpack(codec: number, packed: Buffer): Buffer | undefined {
  const limit = { maxOutputLength: maxUnpackedBytes }
  if (codec === none) return packed
  if (codec === gzip) return gunzipSync(packed, limit)
  if (codec === zstd) return zstdDecompressSync(packed, limit)
  return undefined // snappy and lz4 aren't in Node
}

/**
 * The first record of a batch at or after a time: its offset and timestamp. Where records can't be unpacked (snappy,
 * lz4, damaged) it is the batch's first offset: at most one batch too early, never too late.
 */
export function firstRecordAt(
  batch: Buffer,
  header: BatchHeader,
  timeMs: number,
): { offset: number; timestampMs: number } {
  const whole = { offset: header.baseOffset, timestampMs: header.maxTimestampMs }
  if (header.attributes & attribute.logAppendTime) return whole
  try {
    const records = unpack(header.attributes & attribute.compression, batch.subarray(batchHeaderBytes))
    if (!records) return whole
    const from = new Reader(records)
    for (let n = 0; n < header.count; n++) {
      const record = new Reader(from.slice(from.varint()))
      record.int8()
      const timestampMs = header.baseTimestampMs + record.varint()
      const offset = header.baseOffset + record.varint()
      if (timestampMs >= timeMs) return { offset, timestampMs }
    }
  } catch {
    // What stands in a batch is its producer's affair.
  }
  return whole
}
