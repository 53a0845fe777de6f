import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { buildBatch } from '../../../../../test/broker/build-batch.ts'
import { type Problem, Problems } from '../problems.ts'
import { topicConfig } from '../topics/config.ts'
import { readBatchHeader } from './batch.ts'
import { PartitionLog } from './partition-log.ts'

/** A folder that is deleted when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'wikiflow-log-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A partition's log, opened again and again by a test, with a clock and a disk that obey it. */
export class TestLog {
  readonly folder: string
  readonly problems: Problem[] = []
  nowMs = 1_000_000
  writeError: Error | undefined
  overrides: Record<string, string> = {}
  cutBytes = 0
  #log: PartitionLog | undefined

  constructor(folder: string) {
    this.folder = folder
    onTestFinished(() => this.#log?.close({ checkpoint: false }))
  }

  async open(): Promise<PartitionLog> {
    this.cutBytes = 0
    this.#log = await PartitionLog.open(
      {
        folder: this.folder,
        name: 'edits-0',
        config: () => topicConfig(this.overrides),
        problems: new Problems(problem => this.problems.push(problem)),
        writeFault: () => this.writeError,
        now: () => this.nowMs,
      },
      bytes => {
        this.cutBytes = bytes
      },
    )
    return this.#log
  }

  /** Closes in order, or as a crash would, and opens again. */
  async reopen(how: 'stopped' | 'crashed'): Promise<PartitionLog> {
    await this.#log?.close({ checkpoint: how === 'stopped' })
    return this.open()
  }
}

/** A batch of one record. */
export function oneRecord(value: string, timestampMs = 1_000_000): Buffer {
  return buildBatch({ records: [{ value: Buffer.from(value), timestampMs }] })
}

/** First offsets of all batches from an offset on, read in pieces of `maxBytes`, each offset checked to follow. */
export async function offsetsFrom(log: PartitionLog, from: number, maxBytes = 10_000): Promise<number[]> {
  const offsets: number[] = []
  let next = from
  while (next < log.endOffset) {
    const bytes = await log.read(next, maxBytes)
    for (let at = 0; at < bytes.length; ) {
      const header = readBatchHeader(bytes, at)
      if (!header) throw new Error(`no batch at ${at}`)
      offsets.push(header.baseOffset)
      next = header.baseOffset + header.lastOffsetDelta + 1
      at += header.size
    }
  }
  return offsets
}
