import { crc32c } from '@node-rs/crc32'

type BatchRecord = { key?: Buffer | null; value?: Buffer | null; timestampMs?: number }
type BatchOptions = {
  records: readonly BatchRecord[]
  producerId?: number
  producerEpoch?: number
  baseSequence?: number
  attributes?: number
  baseOffset?: number
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n))
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  return Buffer.from([...bytes, Number(rest)])
}

const sized = (bytes: Buffer | null | undefined) =>
  bytes ? Buffer.concat([varint(bytes.length), bytes]) : varint(-1)

/** A record batch of format 2, uncompressed, as a producer would send it. Times are 1,000 ms apart unless given. */
export function buildBatch(options: BatchOptions): Buffer {
  const times = options.records.map((record, n) => record.timestampMs ?? 1_000_000 + n * 1_000)
  const base = times[0] ?? 0
  const records = options.records.map((record, n) => {
    const body = Buffer.concat([
      Buffer.from([0]),
      varint((times[n] ?? 0) - base),
      varint(n),
      sized(record.key),
      sized(record.value),
      varint(0),
    ])
    return Buffer.concat([varint(body.length), body])
  })
  const header = Buffer.alloc(61)
  const size = records.reduce((sum, record) => sum + record.length, header.length)
  header.writeBigInt64BE(BigInt(options.baseOffset ?? 0), 0)
  header.writeInt32BE(size - 12, 8)
  header.writeInt32BE(-1, 12)
  header.writeInt8(2, 16)
  header.writeInt16BE(options.attributes ?? 0, 21)
  header.writeInt32BE(options.records.length - 1, 23)
  header.writeBigInt64BE(BigInt(base), 27)
  header.writeBigInt64BE(BigInt(Math.max(...times)), 35)
  header.writeBigInt64BE(BigInt(options.producerId ?? -1), 43)
  header.writeInt16BE(options.producerEpoch ?? -1, 51)
  header.writeInt32BE(options.baseSequence ?? -1, 53)
  header.writeInt32BE(options.records.length, 57)
  const batch = Buffer.concat([header, ...records])
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}
