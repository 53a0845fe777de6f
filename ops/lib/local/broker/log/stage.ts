import { errors, ProtocolError } from '../protocol/errors.ts'
import { type BatchHeader, placeBatch, readBatchHeader, stampAppendTime } from './batch.ts'
import { judge, type ProducerState, type Producers, remember, sequenceAfter } from './producers.ts'

/** Where a batch stands in the log; `appendTimeMs` is -1 where records keep the time of their producer. */
export type Appended = { baseOffset: number; appendTimeMs: number }

/** What becomes of one batch once the group it belongs to is on disk. */
type Outcome = Appended | ProtocolError

/** A group of batches ready to be written with one write and one sync. Nothing of it is true before that. */
export type Staged = {
  /** One for each batch that was taken from the front of the queue. */
  outcomes: Outcome[]
  writes: Buffer[]
  headers: BatchHeader[]
  bytes: number
  nextOffset: number
  producers: Producers
}

/** One write is at most this long: the client of the first batch waits for the last one. */
const groupBytes = 8 * 1024 * 1024

/**
 * Gives offsets to as many batches of the queue as fit into one group and into `room` bytes, at least to one. Batches
 * that were seen before, or out of order, are judged but not written.
 */
export function stage(
  queue: readonly Buffer[],
  log: { nextOffset: number; producers: Producers; room: number; nowMs: number; logAppendTime: boolean },
): Staged {
  const producers = new Map<number, ProducerState>(log.producers)
  const staged: Staged = {
    outcomes: [],
    writes: [],
    headers: [],
    bytes: 0,
    nextOffset: log.nextOffset,
    producers,
  }
  const room = Math.min(log.room, groupBytes)
  for (const batch of queue) {
    if (staged.bytes > 0 && staged.bytes + batch.length > room) break
    const header = readBatchHeader(batch)
    if (!header) throw new TypeError('a batch was queued that had not been checked')
    const refused = sequence(producers, header)
    if (refused) {
      staged.outcomes.push(refused)
      continue
    }
    const baseOffset = staged.nextOffset
    placeBatch(batch, baseOffset)
    if (log.logAppendTime) stampAppendTime(batch, log.nowMs)
    const maxTimestampMs = log.logAppendTime ? log.nowMs : header.maxTimestampMs
    remembered(producers, header, { offset: baseOffset, timestampMs: log.nowMs })
    staged.headers.push({ ...header, baseOffset, maxTimestampMs })
    staged.writes.push(batch)
    staged.outcomes.push({ baseOffset, appendTimeMs: log.logAppendTime ? log.nowMs : -1 })
    staged.bytes += batch.length
    staged.nextOffset = baseOffset + header.lastOffsetDelta + 1
  }
  return staged
}

const isSequenced = (header: BatchHeader) => header.producerId >= 0

function sequenced(header: BatchHeader) {
  const first = header.baseSequence
  const last = sequenceAfter(first, header.lastOffsetDelta)
  return { producerId: header.producerId, epoch: header.producerEpoch, first, last }
}

function sequence(producers: Producers, header: BatchHeader): Outcome | undefined {
  if (!isSequenced(header)) return undefined
  const verdict = judge(producers, sequenced(header))
  const who = `producer ${header.producerId}, epoch ${header.producerEpoch}`
  switch (verdict.kind) {
    case 'next':
      return undefined
    case 'duplicate':
      return { baseOffset: verdict.of.offset, appendTimeMs: verdict.of.timestampMs }
    case 'fenced':
      return new ProtocolError(errors.invalidProducerEpoch, `${who}: a newer epoch has written`)
    case 'gap':
      return new ProtocolError(
        errors.outOfOrderSequence,
        `${who}: sequence ${header.baseSequence}, expected ${verdict.expected}`,
      )
  }
}

/** Takes a batch that stands in the log into account: when it is written, and when the log is read at the start. */
export function remembered(
  producers: Map<number, ProducerState>,
  header: BatchHeader,
  stands: { offset: number; timestampMs: number },
): void {
  if (isSequenced(header)) remember(producers, sequenced(header), stands)
}
