import { type FileHandle, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { BrokerError } from '../broker-error.ts'
import { readCheckpoint } from './checkpoint.ts'
import { readRange, scan } from './scan.ts'
import { addBatch, emptyIndex, entryBefore, positionOf, type SegmentIndex } from './segment-index.ts'
import { selectBatches } from './select-batches.ts'

/** A look-up meets the wanted batch within the index's interval, 64 KiB; twice that is read at once. */
const leastReadBytes = 128 * 1024

/** Damage in what was acknowledged. It is told with the file and the position, and never served. */
export class CorruptSegmentError extends BrokerError {
  constructor(path: string, position: number, what: string) {
    super(`${path} is damaged at byte ${position}: ${what}; restore the file, or delete the topic`)
  }
}

/** Kafka's name for a segment: its first offset in 20 digits. */
export function segmentPath(folder: string, base: number, suffix: 'log' | 'index'): string {
  return join(folder, `${String(base).padStart(20, '0')}.${suffix}`)
}

/** One file of a partition's log, from the offset `base` on. Only the last one of a partition is written to. */
export class Segment {
  readonly base: number
  readonly path: string
  /** Its checkpoint, beside it. */
  readonly indexPath: string
  #file: Promise<FileHandle> | undefined
  #closed = false
  #index: SegmentIndex | undefined
  /** Where reading went on last time: almost every fetch begins where one before it ended. */
  readonly #ends = new Map<number, number>()

  constructor(folder: string, base: number, index?: SegmentIndex) {
    this.base = base
    this.path = segmentPath(folder, base, 'log')
    this.indexPath = segmentPath(folder, base, 'index')
    this.#index = index
  }

  /** Makes the file; one that stands there already is kept. */
  async create(): Promise<void> {
    const file = await open(this.path, 'a')
    await file.close()
  }

  /** The open file. @throws Error when the segment was closed or removed. */
  file(): Promise<FileHandle> {
    if (this.#closed) return Promise.reject(new Error(`${this.path} is closed`))
    if (this.#file) return this.#file
    const opened = open(this.path, 'r+')
    this.#file = opened
    // A file that couldn't be opened is tried again next time.
    opened.catch(() => {
      if (this.#file === opened) this.#file = undefined
    })
    return opened
  }

  /** The index: that in memory, or the one beside the file, or one made by reading the file. */
  async index(): Promise<SegmentIndex> {
    if (this.#index) return this.#index
    const file = await this.file()
    const { size } = await file.stat()
    const checkpoint = await readCheckpoint(this.indexPath)
    if (checkpoint?.index.bytes === size) {
      this.#index = checkpoint.index
      return this.#index
    }
    const index = emptyIndex(this.base)
    const end = await scan(file, { from: 0, to: size, offset: this.base }, header => {
      addBatch(index, header)
      return true
    })
    if (end < size) throw new CorruptSegmentError(this.path, end, 'no record batch stands there')
    this.#index = index
    return index
  }

  /** Whole batches from the one that holds `offset` on, at most `maxBytes` but never less than one batch. */
  async read(offset: number, maxBytes: number): Promise<Buffer> {
    const index = await this.index()
    const end = index.bytes
    const file = await this.file()
    let position = this.#ends.get(offset) ?? positionOf(index, offset)
    let length = Math.max(maxBytes, leastReadBytes)
    for (;;) {
      const bytes = await readRange(file, position, Math.min(position + length, end))
      const selected = selectBatches(bytes, { offset, maxBytes })
      if (selected.kind === 'found') {
        this.#remember(selected.nextOffset, position + selected.behind)
        return selected.batches
      }
      if (selected.kind === 'damaged') {
        throw new CorruptSegmentError(this.path, position + selected.at, selected.what)
      }
      if (selected.kind === 'before') position += selected.behind
      else if (position + selected.needed > end) {
        throw new CorruptSegmentError(this.path, position, 'the batch is longer than the file')
      } else length = selected.needed
    }
  }

  /** The first batch with a timestamp at or after `timeMs`; undefined when there is none. */
  async firstAt(timeMs: number): Promise<Buffer | undefined> {
    const index = await this.index()
    const entry = entryBefore(index, timeMs)
    if (!entry || index.newestMs < timeMs) return undefined
    const file = await this.file()
    const to = index.bytes
    let found: { from: number; to: number } | undefined
    const end = await scan(file, { from: entry.position, to, offset: entry.offset }, (header, from) => {
      if (header.maxTimestampMs < timeMs) return true
      found = { from, to: from + header.size }
      return false
    })
    if (found) return readRange(file, found.from, found.to)
    if (end < to) throw new CorruptSegmentError(this.path, end, 'no record batch stands there')
    return undefined
  }

  #remember(offset: number, position: number): void {
    if (this.#ends.size >= 64) this.#ends.clear()
    this.#ends.set(offset, position)
  }

  /** Closes the file, after what is under way on it. */
  async close(): Promise<void> {
    this.#closed = true
    const file = await this.#file?.catch(() => undefined)
    this.#file = undefined
    await file?.close()
  }

  /** Closes and deletes the file and its index. */
  async remove(): Promise<void> {
    await this.close()
    await rm(this.indexPath, { force: true })
    await rm(this.path, { force: true })
  }
}
