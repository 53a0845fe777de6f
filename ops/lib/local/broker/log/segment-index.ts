import { type BatchHeader } from './batch.ts'

/** Where a batch stands: its first offset, its position in the file, and the newest time of all batches before it. */
export type IndexEntry = { offset: number; position: number; newestBeforeMs: number }

/** What is known of a segment's content up to `bytes`. Plain values: it is written to disk as it is. */
export type SegmentIndex = {
  bytes: number
  nextOffset: number
  /** The newest timestamp of all batches, -1 while there is none. */
  newestMs: number
  entries: IndexEntry[]
}

/** An entry every so many bytes: a look-up reads at most this much in vain. */
const intervalBytes = 64 * 1024

/** The index of a segment that holds nothing yet. */
export function emptyIndex(base: number): SegmentIndex {
  return { bytes: 0, nextOffset: base, newestMs: -1, entries: [] }
}

/** Adds the batch that stands at the end of what is indexed. */
export function addBatch(index: SegmentIndex, header: BatchHeader): void {
  const last = index.entries.at(-1)
  if (!last || index.bytes - last.position >= intervalBytes) {
    index.entries.push({
      offset: header.baseOffset,
      position: index.bytes,
      newestBeforeMs: index.newestMs,
    })
  }
  index.bytes += header.size
  index.nextOffset = header.baseOffset + header.lastOffsetDelta + 1
  index.newestMs = Math.max(index.newestMs, header.maxTimestampMs)
}

/** The last entry for which `before` holds; entries are in an order in which it holds for the first ones alone. */
function lastWhere(index: SegmentIndex, before: (entry: IndexEntry) => boolean): IndexEntry | undefined {
  let low = 0
  let high = index.entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const entry = index.entries[middle]
    if (entry && before(entry)) low = middle + 1
    else high = middle
  }
  return index.entries[low - 1] ?? index.entries[0]
}

/** A position from which walking forward meets the batch that holds the offset. */
export function positionOf(index: SegmentIndex, offset: number): number {
  return lastWhere(index, entry => entry.offset <= offset)?.position ?? 0
}

/** An entry from which walking forward meets the first batch with a time at or after `timeMs`. */
export function entryBefore(index: SegmentIndex, timeMs: number): IndexEntry | undefined {
  return lastWhere(index, entry => entry.newestBeforeMs < timeMs)
}
