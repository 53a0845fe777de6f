import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder, writeAtomic } from '../atomic-file.ts'
import { type Problems } from '../problems.ts'
import { errors, ProtocolError } from '../protocol/errors.ts'
import { type TopicConfig } from '../topics/config.ts'
import { Appender } from './appender.ts'
import { readBatchHeader } from './batch.ts'
import { type OpenedLog, openLog, startFile } from './open-log.ts'
import { firstRecordAt } from './records.ts'
import { expiredSegments } from './retention.ts'
import { CorruptSegmentError, type Segment } from './segment.ts'
import { type WriteFault } from './segment-writer.ts'
import { type Appended } from './stage.ts'

export type PartitionLogOptions = {
  folder: string
  /** What it is called in messages: topic and partition. */
  name: string
  config: () => TopicConfig
  problems: Problems
  writeFault: WriteFault
  now: () => number
}

/** One partition: an ordered log of record batches in segment files. */
export class PartitionLog {
  readonly #options: PartitionLogOptions
  readonly #segments: Segment[]
  readonly #appender: Appender
  #startOffset: number
  #busy: Promise<void> = Promise.resolve()
  #draining = false
  #closed = false
  readonly #listeners = new Set<() => void>()

  private constructor(options: PartitionLogOptions, opened: OpenedLog) {
    this.#options = options
    this.#segments = opened.segments
    this.#appender = new Appender(options, opened)
    this.#startOffset = opened.startOffset
  }

  /** Opens or makes the log; `onCut` is told how many bytes a crash had left half-written. */
  static async open(options: PartitionLogOptions, onCut: (bytes: number) => void): Promise<PartitionLog> {
    const opened = await openLog(options.folder, options.now())
    if (opened.cutBytes > 0) onCut(opened.cutBytes)
    return new PartitionLog(options, opened)
  }

  /** The first offset that is served. */
  get startOffset(): number {
    return this.#startOffset
  }

  /** The offset behind the last batch on disk: the high watermark. */
  get endOffset(): number {
    return this.#appender.endOffset
  }

  /**
   * Appends what a producer sent. When it resolves, the batch is on disk.
   * @throws ProtocolError for a batch that can't be stored, or a disk that can't be written.
   */
  append(records: Buffer): Promise<Appended> {
    if (this.#closed) {
      return Promise.reject(
        new ProtocolError(errors.unknownTopicOrPartition, `${this.#options.name} is closed`),
      )
    }
    const appended = this.#appender.append(records)
    if (!this.#draining) {
      this.#draining = true
      void this.#exclusive(() => this.#drain())
    }
    return appended
  }

  async #drain(): Promise<void> {
    try {
      while (this.#appender.queued > 0) {
        await this.#appender.drain(
          segment => this.#segments.push(segment),
          () => this.#tell(),
        )
      }
    } finally {
      // In the same turn as the last look at the queue, so that no append is left lying in it.
      this.#draining = false
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }

  /** One writer at a time: appends, retention, checkpoints. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#busy.then(work)
    this.#busy = result.then(
      () => {},
      () => {},
    )
    return result
  }

  /** The last segment that begins at or before the offset. */
  #segmentOf(offset: number): Segment {
    const found = this.#segments.findLast(segment => segment.base <= offset)
    if (found) return found
    throw this.#outOfRange(offset)
  }

  #outOfRange(offset: number): ProtocolError {
    return new ProtocolError(
      errors.offsetOutOfRange,
      `${this.#options.name}: offset ${offset} is not within ${this.#startOffset} to ${this.endOffset}`,
    )
  }

  /**
   * Whole batches from the one that holds `offset` on: at most `maxBytes`, but never less than one batch; nothing at
   * the end of the log.
   * @throws ProtocolError when the offset is out of range, or what stands there is damaged.
   */
  async read(offset: number, maxBytes: number): Promise<Buffer> {
    if (offset < this.#startOffset || offset > this.endOffset) throw this.#outOfRange(offset)
    if (offset === this.endOffset) return Buffer.alloc(0)
    const segment = this.#segmentOf(offset)
    try {
      return await segment.read(offset, maxBytes)
    } catch (error) {
      // Retention may have taken the segment while it was read.
      if (offset < this.#startOffset || this.#closed) throw this.#outOfRange(offset)
      if (error instanceof CorruptSegmentError) throw this.#damaged(error)
      throw error
    }
  }

  #damaged(error: CorruptSegmentError): ProtocolError {
    this.#options.problems.raise(`reading ${this.#options.name}`, error.message)
    return new ProtocolError(errors.corruptMessage, error.message)
  }

  /** The first record at or after a time, by its own timestamp; undefined when there is none. */
  async firstAt(timeMs: number): Promise<{ offset: number; timestampMs: number } | undefined> {
    for (const segment of [...this.#segments]) {
      try {
        if ((await segment.index()).nextOffset <= this.#startOffset) continue
        const batch = await segment.firstAt(timeMs)
        const header = batch && readBatchHeader(batch)
        const record = header && firstRecordAt(batch, header, timeMs)
        if (record) return { ...record, offset: Math.max(record.offset, this.#startOffset) }
      } catch (error) {
        // Retention may have taken the segment meanwhile.
        if (!this.#segments.includes(segment)) continue
        if (error instanceof CorruptSegmentError) throw this.#damaged(error)
        throw error
      }
    }
    return undefined
  }

  /** Calls `listener` after each append; gives the function that ends this. */
  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Deletes the segments that the topic's retention no longer keeps. */
  applyRetention(): Promise<void> {
    return this.#exclusive(async () => {
      const { config, now } = this.#options
      const limits = config()
      if (limits.retentionMs < 0 && limits.retentionBytes < 0) return
      const ages = await Promise.all(this.#segments.map(segment => segment.index()))
      const expired = expiredSegments(ages, limits, now())
      // The last one goes too when all of it is too old; a new one takes its place.
      if (expired === this.#segments.length && this.#appender.activeBytes > 0) {
        this.#segments.push(await this.#appender.roll())
      }
      await this.#dropOldest(Math.min(expired, this.#segments.length - 1))
    })
  }

  /**
   * Moves the start of the log forward, as DeleteRecords asks; -1 is the end. Gives the new start.
   * @throws ProtocolError when the offset is past the end.
   */
  deleteBefore(asked: number): Promise<number> {
    return this.#exclusive(async () => {
      const offset = asked === -1 ? this.endOffset : asked
      if (offset < 0 || offset > this.endOffset) throw this.#outOfRange(offset)
      if (offset > this.#startOffset) {
        await writeAtomic(join(this.#options.folder, startFile), String(offset))
        this.#startOffset = offset
        const kept = this.#segments.findLastIndex(segment => segment.base <= offset)
        await this.#dropOldest(kept)
      }
      return this.#startOffset
    })
  }

  async #dropOldest(count: number): Promise<void> {
    const dropped = this.#segments.splice(0, Math.max(0, count))
    this.#startOffset = Math.max(this.#startOffset, this.#segments[0]?.base ?? 0)
    // The oldest first: after a crash what is left has no gap.
    for (const segment of dropped) await segment.remove()
  }

  /** Ends the log. With `checkpoint` the next start reads nothing; without, it is as after a crash. */
  async close(options: { checkpoint: boolean }): Promise<void> {
    this.#closed = true
    if (!options.checkpoint) this.#appender.abandon()
    await this.#exclusive(async () => {
      if (options.checkpoint) await this.#appender.checkpoint().catch(() => {})
      for (const segment of this.#segments) await segment.close()
    })
    this.#tell()
  }

  /** Ends the log and deletes all of it. */
  async remove(): Promise<void> {
    await this.close({ checkpoint: false })
    await rm(this.#options.folder, { recursive: true, force: true })
    await syncFolder(join(this.#options.folder, '..'))
  }
}
