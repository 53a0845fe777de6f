import { type KafkaMessage, LogRangeError, type OffsetRange } from '../platform/kafka.ts'
import { max, min } from './blocks.ts'
import { type Offsets } from './findings.ts'

export type LogEnds = { start: bigint; end: bigint }

/** Reads ranges of the log once, each partition in offset order. */
export type ReadLog = (
  ranges: ReadonlyMap<number, OffsetRange>,
  onRecord: (partition: number, message: KafkaMessage) => Promise<void>,
) => Promise<void>

/** What of a range was read. */
export type Passed = {
  records: bigint
  /** Offsets that the log should hold and doesn't. */
  missing: Offsets[]
  /** Offsets that retention took, before or while it was read. */
  retired: bigint
}

/** Holes that are kept of a partition; where there are more the first ones tell enough. */
const keptHoles = 1_000

/**
 * Reads every partition's range of the log, and tells which offsets are not there. Retention may go on meanwhile:
 * what it takes is passed over and counted, not missing.
 * @throws the error of `read`.
 */
export async function passLog(options: {
  ranges: ReadonlyMap<number, OffsetRange>
  read: ReadLog
  readEnds: () => Promise<ReadonlyMap<number, LogEnds>>
  onRecord: (partition: number, message: KafkaMessage) => Promise<void>
}): Promise<Map<number, Passed>> {
  const passed = new Map<number, Passed>()
  const next = new Map<number, bigint>()
  for (const [partition, { from }] of options.ranges) {
    passed.set(partition, { records: 0n, missing: [], retired: 0n })
    next.set(partition, from)
  }
  const hole = (partition: number, to: bigint) => {
    const from = next.get(partition) ?? to
    const missing = passed.get(partition)?.missing
    if (from < to && missing && missing.length < keptHoles) missing.push({ first: from, last: to - 1n })
  }
  /** Moves each partition up to where the log begins by now. @returns whether that moved any */
  const retire = (ends: ReadonlyMap<number, LogEnds>) => {
    let isMoved = false
    for (const [partition, { to }] of options.ranges) {
      const from = next.get(partition) ?? to
      const start = max(from, ends.get(partition)?.start ?? from)
      const until = min(start, to)
      const of = passed.get(partition)
      if (until <= from || !of) continue
      of.retired += until - from
      next.set(partition, until)
      isMoved = true
    }
    return isMoved
  }
  retire(await options.readEnds())
  for (;;) {
    const left = new Map(
      [...options.ranges].map(([partition, { to }]) => [partition, { from: next.get(partition) ?? to, to }]),
    )
    try {
      await options.read(left, async (partition, message) => {
        const offset = BigInt(message.offset)
        hole(partition, offset)
        next.set(partition, offset + 1n)
        const of = passed.get(partition)
        if (of) of.records++
        await options.onRecord(partition, message)
      })
      break
    } catch (error) {
      if (!(error instanceof LogRangeError) || !retire(await options.readEnds())) throw error
    }
  }
  for (const [partition, { to }] of options.ranges) hole(partition, to)
  return passed
}
