import { type FileHandle } from 'node:fs/promises'
import { type BatchHeader, batchHeaderBytes, crcHolds, readBatchHeader } from './batch.ts'

/** Bytes read at once while scanning. */
const windowBytes = 4 * 1024 * 1024
/** A batch no larger than this is found behind damage, whatever the window it begins in. */
const searchBytes = 64 * 1024 * 1024

/** Reads exactly the bytes from `from` to `to`, or fewer where the file ends before. */
export async function readRange(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, to - from))
  let read = 0
  while (read < bytes.length) {
    const { bytesRead } = await file.read(bytes, read, bytes.length - read, from + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return bytes.subarray(0, read)
}

/**
 * Walks over the batches between two positions of a segment file, each checked: the CRC, and that its offset is the
 * one that follows. Ends early when `onBatch` gives false. Returns the position behind the last good batch: `to`, unless
 * something else stands there or it was stopped.
 */
export async function scan(
  file: FileHandle,
  range: { from: number; to: number; offset: number },
  onBatch: (header: BatchHeader, position: number) => boolean,
): Promise<number> {
  let position = range.from
  let expected = range.offset
  let window: Buffer = Buffer.alloc(0)
  let windowAt = position
  while (position < range.to) {
    let header = readBatchHeader(window, position - windowAt)
    if (!header || position - windowAt + header.size > window.length) {
      const length = Math.max(windowBytes, header ? Math.min(header.size, range.to - position) : 0)
      window = await readRange(file, position, Math.min(position + length, range.to))
      windowAt = position
      header = readBatchHeader(window)
      if (!header || header.size > range.to - position) return position
      if (header.size > window.length) {
        window = await readRange(file, position, position + header.size)
        if (header.size > window.length) return position
      }
    }
    const from = position - windowAt
    if (header.baseOffset !== expected || !crcHolds(window, from, from + header.size)) return position
    const goOn = onBatch(header, position)
    position += header.size
    if (!goOn) return position
    expected = header.baseOffset + header.lastOffsetDelta + 1
  }
  return position
}

/**
 * Whether a whole batch stands somewhere behind a damaged position. Then the damage isn't a write that was cut short,
 * but a hole in what was acknowledged.
 */
export async function goesOnBehind(
  file: FileHandle,
  range: { from: number; to: number; offset: number },
): Promise<boolean> {
  for (let start = range.from + 1; start < range.to; start += searchBytes) {
    const bytes = await readRange(file, start, Math.min(start + 2 * searchBytes, range.to))
    for (let at = 0; at + batchHeaderBytes <= bytes.length; at++) {
      if (bytes[at + 16] !== 2 || bytes[at] !== 0) continue
      const header = readBatchHeader(bytes, at)
      if (!header || header.baseOffset < range.offset || at + header.size > bytes.length) continue
      if (crcHolds(bytes, at, at + header.size)) return true
    }
  }
  return false
}
