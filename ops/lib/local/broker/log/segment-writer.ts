import { type BatchHeader } from './batch.ts'
import { type Segment } from './segment.ts'
import { addBatch, type SegmentIndex } from './segment-index.ts'

/** Lets a test make writes fail as a full disk does: half of the bytes are written, then this error comes. */
export type WriteFault = () => Error | undefined

/** Errors after which the disk may come back as it was: no space, quota, size limit, mounted read-only. */
const passing = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'EROFS'])

/** Appends to the last segment of a partition. After an error its torn bytes are cut off before the next write. */
export class SegmentWriter {
  readonly segment: Segment
  readonly #index: SegmentIndex
  readonly #fault: WriteFault
  #torn = false
  #lost: Error | undefined

  constructor(segment: Segment, index: SegmentIndex, fault: WriteFault) {
    this.segment = segment
    this.#index = index
    this.#fault = fault
  }

  get index(): Readonly<SegmentIndex> {
    return this.#index
  }

  /**
   * Writes and syncs batches. When it returns they are on disk; when it throws none of them counts.
   * @throws the system's error. After a sync that failed for another reason than space, the system may have dropped
   *   what it was to write: nothing is written any more until the segment is opened anew.
   */
  async append(writes: readonly Buffer[], headers: readonly BatchHeader[]): Promise<void> {
    if (this.#lost) throw this.#lost
    const file = await this.segment.file()
    if (this.#torn) await this.#cut()
    this.#torn = true
    try {
      await this.#write(writes)
      await file.datasync()
    } catch (error) {
      if (error instanceof Error && !passing.has('code' in error ? String(error.code) : ''))
        this.#lost = error
      await this.#cut().catch(() => {})
      throw error
    }
    this.#torn = false
    for (const header of headers) addBatch(this.#index, header)
  }

  async #write(writes: readonly Buffer[]): Promise<void> {
    const file = await this.segment.file()
    const fault = this.#fault()
    const bytes = writes.reduce((sum, one) => sum + one.length, 0)
    let position = this.#index.bytes
    const end = position + (fault ? bytes >> 1 : bytes)
    for (const write of writes) {
      let done = 0
      while (done < write.length && position < end) {
        const { bytesWritten } = await file.write(
          write,
          done,
          Math.min(write.length - done, end - position),
          position,
        )
        done += bytesWritten
        position += bytesWritten
      }
    }
    if (fault) throw fault
  }

  async #cut(): Promise<void> {
    const file = await this.segment.file()
    await file.truncate(this.#index.bytes)
    this.#torn = false
  }
}
