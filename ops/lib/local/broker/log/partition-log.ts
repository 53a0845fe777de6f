import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder, writeAtomic } from '../atomic-file.ts'
import { systemCode } from '../broker-error.ts'
import { type Problems } from '../problems.ts'
import { errors, ProtocolError } from '../protocol/errors.ts'
import { type TopicConfig } from '../topics/config.ts'
import { readBatchHeader } from './batch.ts'
import { checkBatch } from './check-batch.ts'
import { writeCheckpoint } from './checkpoint.ts'
import { type OpenedLog, openLog, startFile } from './open-log.ts'
import { type Producers, withoutExpired } from './producers.ts'
import { firstRecordAt } from './records.ts'
import { expiredSegments } from './retention.ts'
import { CorruptSegmentError, Segment } from './segment.ts'
import { emptyIndex } from './segment-index.ts'
import { SegmentWriter, type WriteFault } from './segment-writer.ts'
import { type Appended, stage } from './stage.ts'

/** A crash makes the next start read at most about this many bytes of a partition. */
const checkpointBytes = 64 * 1024 * 1024

export type PartitionLogOptions = {
  folder: string
  /** What it is called in messages: topic and partition. */
  name: string
  config: () => TopicConfig
  problems: Problems
  writeFault: WriteFault
  now: () => number
}

type Waiting = { batch: Buffer; done: (appended: Appended) => void; failed: (error: unknown) => void }

/** One partition: an ordered log of record batches in segment files. */
export class PartitionLog {
  readonly #options: PartitionLogOptions
  readonly #segments: Segment[]
  #writer: SegmentWriter
  #producers: Producers
  #startOffset: number
  #checkpointed: number
  #queue: Waiting[] = []
  #busy: Promise<void> = Promise.resolve()
  #draining = false
  #closed = false
  readonly #listeners = new Set<() => void>()

  private constructor(options: PartitionLogOptions, opened: OpenedLog) {
    this.#options = options
    this.#segments = opened.segments
    this.#writer = new SegmentWriter(opened.active, opened.index, options.writeFault)
    this.#producers = opened.producers
    this.#startOffset = opened.startOffset
    this.#checkpointed = opened.index.bytes
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
    return this.#writer.index.nextOffset
  }

  /**
   * Appends what a producer sent. When it resolves, the batch is on disk.
   * @throws ProtocolError for a batch that can't be stored, or a disk that can't be written.
   */
  append(records: Buffer | null): Promise<Appended> {
    checkBatch(records, this.#options.config().maxMessageBytes)
    return new Promise((done, failed) => {
      if (!records || this.#closed) {
        failed(new ProtocolError(errors.unknownTopicOrPartition, `${this.#options.name} is closed`))
        return
      }
      this.#queue.push({ batch: records, done, failed })
      if (this.#draining) return
      this.#draining = true
      void this.#exclusive(() => this.#drain())
    })
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

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) await this.#appendGroup()
    this.#draining = false
  }

  async #appendGroup(): Promise<void> {
    const { config, now, name, problems } = this.#options
    const { segmentBytes, logAppendTime } = config()
    try {
      const full = this.#writer.index.bytes + (this.#queue[0]?.batch.length ?? 0) > segmentBytes
      if (full && this.#writer.index.bytes > 0) await this.#roll()
    } catch (error) {
      this.#refuse(this.#queue.splice(0), error)
      return
    }
    const group = stage(
      this.#queue.map(({ batch }) => batch),
      {
        nextOffset: this.endOffset,
        producers: this.#producers,
        room: Math.max(0, segmentBytes - this.#writer.index.bytes),
        nowMs: now(),
        logAppendTime,
      },
    )
    const taken = this.#queue.splice(0, group.outcomes.length)
    try {
      if (group.writes.length > 0) await this.#writer.append(group.writes, group.headers)
    } catch (error) {
      this.#refuse(taken, error)
      return
    }
    if (group.writes.length > 0) problems.clear(name)
    this.#producers = group.producers
    for (const [n, waiting] of taken.entries()) {
      const outcome = group.outcomes[n]
      if (outcome && !(outcome instanceof ProtocolError)) waiting.done(outcome)
      else waiting.failed(outcome)
    }
    for (const listener of this.#listeners) listener()
    if (this.#writer.index.bytes - this.#checkpointed > checkpointBytes)
      await this.#checkpoint().catch(() => {})
  }

  #refuse(refused: Waiting[], error: unknown): void {
    const { name, problems } = this.#options
    const message = `can't write ${this.#writer.segment.path}: ${systemCode(error)}`
    problems.raise(name, message)
    for (const waiting of refused) waiting.failed(new ProtocolError(errors.storageError, message))
  }

  async #roll(): Promise<void> {
    const { folder, writeFault } = this.#options
    const base = this.endOffset
    const fault = writeFault()
    if (fault) throw fault
    await this.#checkpoint()
    const index = emptyIndex(base)
    const segment = new Segment(folder, base, index)
    await segment.create()
    await syncFolder(folder)
    this.#segments.push(segment)
    this.#writer = new SegmentWriter(segment, index, writeFault)
    this.#checkpointed = 0
  }

  async #checkpoint(): Promise<void> {
    const producers = withoutExpired(this.#producers, this.#options.now())
    const { index, segment } = this.#writer
    await writeCheckpoint(segment.indexPath, { index, producers })
    this.#producers = producers
    this.#checkpointed = index.bytes
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
    try {
      for (const segment of [...this.#segments]) {
        if ((await segment.index()).nextOffset <= this.#startOffset) continue
        const batch = await segment.firstAt(timeMs)
        const header = batch && readBatchHeader(batch)
        const record = header && firstRecordAt(batch, header, timeMs)
        if (record) return { ...record, offset: Math.max(record.offset, this.#startOffset) }
      }
      return undefined
    } catch (error) {
      if (error instanceof CorruptSegmentError) throw this.#damaged(error)
      throw error
    }
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
      if (expired === this.#segments.length && this.#writer.index.bytes > 0) await this.#roll()
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

  /** Bytes on disk. */
  async bytes(): Promise<number> {
    const indexes = await Promise.all(this.#segments.map(segment => segment.index()))
    return indexes.reduce((sum, index) => sum + index.bytes, 0)
  }

  /** Ends the log. With `checkpoint` the next start reads nothing; without, it is as after a crash. */
  async close(options: { checkpoint: boolean }): Promise<void> {
    this.#closed = true
    if (!options.checkpoint) {
      const dropped = this.#queue.splice(0)
      for (const { failed } of dropped)
        failed(new ProtocolError(errors.storageError, 'the broker was killed'))
    }
    await this.#exclusive(async () => {
      if (options.checkpoint) await this.#checkpoint().catch(() => {})
      for (const segment of this.#segments) await segment.close()
    })
    for (const listener of this.#listeners) listener()
  }

  /** Ends the log and deletes all of it. */
  async remove(): Promise<void> {
    await this.close({ checkpoint: false })
    await rm(this.#options.folder, { recursive: true, force: true })
    await syncFolder(join(this.#options.folder, '..'))
  }
}
