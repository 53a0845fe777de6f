import { setTimeout as delay } from 'node:timers/promises'
import { topic } from '../contract.ts'
import { type Admin, type Kafka, type OffsetRange, readLog, readLogEnds } from '../platform/kafka.ts'
import { type Rewind, rewindCursor } from './cursor.ts'
import { seenMax } from './seen.ts'
import { createTailNotes, readTrace, type Tail } from './tail-notes.ts'
import { firstRanges, furtherRanges, type LogEnds } from './tail-plan.ts'

/**
 * How long the ends must stand still before they are believed, in ms. A request that a killed ingest left behind is
 * appended within this, unless the broker is stuck, and then the writer finds out by the offsets it gets.
 */
const settleMs = 1_000

/**
 * Reads the end of every partition: back to `windowS` by append time, and on until the place where a resume begins
 * is reached, at most as much as the set of known events can hold.
 * @param options.onMoving called when the ends move, that is while someone else is appending
 * @throws kafkajs's error when a partition can't be read; LogRangeError when retention overtakes the reading; the
 *   signal's reason.
 */
export async function readTail(options: {
  kafka: Kafka
  windowS: number
  rewind: Rewind
  signal: AbortSignal
  onMoving: () => void
}): Promise<Tail> {
  const { kafka, windowS, rewind, signal } = options
  const admin = kafka.admin()
  await admin.connect()
  try {
    const log = await readSettledEnds(admin, signal, options.onMoving)
    const ends = new Map([...log].map(([partition, { end }]) => [partition, end]))
    const most = BigInt(Math.ceil(seenMax(windowS) / Math.max(1, log.size)))
    const notes = createTailNotes()
    const read = (ranges: ReadonlyMap<number, OffsetRange>) => {
      notes.begin(ranges)
      const onRecord: Parameters<typeof readLog>[0]['onRecord'] = (partition, message) =>
        notes.note(partition, readTrace(message))
      return readLog({ kafka, ranges, signal, onRecord })
    }
    await read(firstRanges(log, await readOffsetsSince(admin, Date.now() - windowS * 1_000), most))
    const { newest, cursors } = notes.sum(ends)
    const cursor = newest && cursors.get(newest.source)
    if (!cursor) return notes.sum(ends)
    const resume = rewindCursor(cursor, { ms: 2 * rewind.ms, offsets: 2 * rewind.offsets })
    for (;;) {
      const ranges = furtherRanges(log, notes.reached(), resume, most)
      if (ranges.size === 0) return notes.sum(ends)
      await read(ranges)
    }
  } finally {
    await admin.disconnect()
  }
}

async function readSettledEnds(admin: Admin, signal: AbortSignal, onMoving: () => void): Promise<LogEnds> {
  let before = await readLogEnds(admin)
  for (;;) {
    await delay(settleMs, undefined, { signal })
    const now = await readLogEnds(admin)
    if ([...now].every(([partition, { end }]) => before.get(partition)?.end === end)) return now
    onMoving()
    before = now
  }
}

async function readOffsetsSince(admin: Admin, sinceMs: number): Promise<Map<number, bigint>> {
  const rows = await admin.fetchTopicOffsetsByTimestamp(topic.name, sinceMs)
  return new Map(rows.map(({ partition, offset }) => [partition, BigInt(offset)]))
}
