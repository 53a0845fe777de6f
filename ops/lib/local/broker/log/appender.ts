import { syncFolder } from '../atomic-file.ts'
import { systemCode } from '../broker-error.ts'
import { errors, ProtocolError } from '../protocol/errors.ts'
import { batchProblem } from './check-batch.ts'
import { writeCheckpoint } from './checkpoint.ts'
import { type OpenedLog } from './open-log.ts'
import { type PartitionLogOptions } from './partition-log.ts'
import { type Producers, withoutExpired } from './producers.ts'
import { Segment } from './segment.ts'
import { emptyIndex } from './segment-index.ts'
import { SegmentWriter } from './segment-writer.ts'
import { type Appended, stage } from './stage.ts'

/** A crash makes the next start read at most about this many bytes of a partition. */
const checkpointBytes = 64 * 1024 * 1024

type Waiting = { batch: Buffer; done: (appended: Appended) => void; failed: (error: unknown) => void }

/**
 * The writing end of a partition. Batches that come while others are being written go into the next group, which is
 * written and synced as one. All of its methods but `append` are called by one caller at a time.
 */
export class Appender {
  readonly #options: PartitionLogOptions
  #writer: SegmentWriter
  #producers: Producers
  #checkpointed: number
  #queue: Waiting[] = []

  constructor(options: PartitionLogOptions, opened: OpenedLog) {
    this.#options = options
    this.#writer = new SegmentWriter(opened.active, opened.index, options.writeFault)
    this.#producers = opened.producers
    this.#checkpointed = opened.index.bytes
  }

  /** The offset behind the last batch on disk. */
  get endOffset(): number {
    return this.#writer.index.nextOffset
  }

  /** Batches that wait to be written. */
  get queued(): number {
    return this.#queue.length
  }

  /** Bytes in the segment that is written to. */
  get activeBytes(): number {
    return this.#writer.index.bytes
  }

  /**
   * Queues what a producer sent, for `drain`. When it resolves, the batch is on disk.
   * @throws ProtocolError for a batch that can't be stored, or a disk that can't be written.
   */
  append(records: Buffer): Promise<Appended> {
    const problem = batchProblem(records, this.#options.config().maxMessageBytes)
    if (problem) return Promise.reject(problem)
    return new Promise((done, failed) => {
      this.#queue.push({ batch: records, done, failed })
    })
  }

  /** Writes all that is queued. `onNewSegment` is told of each segment that is begun, `onAppend` of each group. */
  async drain(onNewSegment: (segment: Segment) => void, onAppend: () => void): Promise<void> {
    while (this.#queue.length > 0) {
      try {
        const { segmentBytes } = this.#options.config()
        const full = this.activeBytes + (this.#queue[0]?.batch.length ?? 0) > segmentBytes
        if (full && this.activeBytes > 0) onNewSegment(await this.roll())
      } catch (error) {
        this.#refuse(this.#queue.splice(0), error)
        return
      }
      await this.#appendGroup(onAppend)
    }
  }

  async #appendGroup(onAppend: () => void): Promise<void> {
    const { config, now, name, problems } = this.#options
    const { segmentBytes, logAppendTime } = config()
    const group = stage(
      this.#queue.map(({ batch }) => batch),
      {
        nextOffset: this.endOffset,
        producers: this.#producers,
        room: Math.max(0, segmentBytes - this.activeBytes),
        nowMs: now(),
        logAppendTime,
      },
    )
    const taken = this.#queue.splice(0, group.outcomes.length)
    try {
      if (group.writes.length > 0) {
        await this.#writer.append(group.writes, group.headers)
        problems.clear(name)
      }
    } catch (error) {
      this.#refuse(taken, error)
      return
    }
    this.#producers = group.producers
    for (const [n, waiting] of taken.entries()) {
      const outcome = group.outcomes[n]
      if (outcome && !(outcome instanceof ProtocolError)) waiting.done(outcome)
      else waiting.failed(outcome)
    }
    onAppend()
    // One that fails is made at the next occasion; until then a start reads more.
    if (this.activeBytes - this.#checkpointed > checkpointBytes) await this.checkpoint().catch(() => {})
  }

  #refuse(refused: Waiting[], error: unknown): void {
    const { name, problems } = this.#options
    const message = `can't write ${this.#writer.segment.path}: ${systemCode(error)}`
    problems.raise(name, message)
    for (const waiting of refused) waiting.failed(new ProtocolError(errors.storageError, message))
  }

  /** Refuses all that is queued: the broker is going down. */
  abandon(): void {
    for (const { failed } of this.#queue.splice(0)) {
      failed(new ProtocolError(errors.storageError, `${this.#options.name} was closed`))
    }
  }

  /** Ends the segment that is written to and begins a new one. @throws the system's error. */
  async roll(): Promise<Segment> {
    const { folder, writeFault } = this.#options
    const fault = writeFault()
    if (fault) throw fault
    await this.checkpoint()
    const index = emptyIndex(this.endOffset)
    const segment = new Segment(folder, index.nextOffset, index)
    await segment.create()
    await syncFolder(folder)
    this.#writer = new SegmentWriter(segment, index, writeFault)
    this.#checkpointed = 0
    return segment
  }

  /** Writes beside the segment what a start needs to know, so that it reads only what comes after. */
  async checkpoint(): Promise<void> {
    const producers = withoutExpired(this.#producers, this.#options.now())
    const { index, segment } = this.#writer
    await writeCheckpoint(segment.indexPath, { index, producers })
    this.#producers = producers
    this.#checkpointed = index.bytes
  }
}
