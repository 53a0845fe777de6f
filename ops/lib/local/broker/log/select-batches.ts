import { batchHeaderBytes, crcHolds, readBatchHeader } from './batch.ts'

/** What of a piece of a segment answers a fetch; `behind` is how far the piece was walked over. */
export type Selection =
  | { kind: 'found'; batches: Buffer; nextOffset: number; behind: number }
  | { kind: 'before'; behind: number }
  | { kind: 'short'; needed: number }
  | { kind: 'damaged'; at: number; what: string }

/**
 * Takes the whole batches from the one that holds `offset` on, at most `maxBytes` of them but never less than one.
 * `bytes` begins with a batch; each batch that is taken is checked. `short` says that the first batch needs more bytes
 * than there are; `before` that all whole batches of the piece lie before the offset.
 */
export function selectBatches(bytes: Buffer, wanted: { offset: number; maxBytes: number }): Selection {
  let at = 0
  let from: number | undefined
  let next = wanted.offset
  while (bytes.length - at >= batchHeaderBytes) {
    const header = readBatchHeader(bytes, at)
    if (!header) return { kind: 'damaged', at, what: 'no record batch stands there' }
    const end = at + header.size
    if (end > bytes.length) {
      if (at === 0) return { kind: 'short', needed: header.size }
      break
    }
    if (from !== undefined && end - from > wanted.maxBytes) break
    const last = header.baseOffset + header.lastOffsetDelta
    if (last >= wanted.offset) {
      if (header.baseOffset > next) return { kind: 'damaged', at, what: `offset ${next} is missing` }
      if (!crcHolds(bytes, at, end))
        return { kind: 'damaged', at, what: 'the checksum of the batch is wrong' }
      from ??= at
      next = last + 1
    }
    at = end
  }
  if (from === undefined) {
    return at > 0
      ? { kind: 'before', behind: at }
      : { kind: 'damaged', at, what: `offset ${next} is missing` }
  }
  return { kind: 'found', batches: bytes.subarray(from, at), nextOffset: next, behind: at }
}
