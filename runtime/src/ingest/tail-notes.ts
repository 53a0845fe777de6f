import { headers, type Source, sources } from '../contract.ts'
import { type KafkaMessage, type OffsetRange } from '../platform/kafka.ts'
import { type Cursor, parseCursor } from '../platform/source-cursor.ts'
import { mergeCursors } from './cursor.ts'
import { identify, readEnvelope } from './identity.ts'
import { type Reach } from './tail-plan.ts'

/** What the end of the log says about where to go on. */
export type Tail = {
  /** The end of each partition when it was read. */
  ends: ReadonlyMap<number, bigint>
  /** The cursor after the last event of each source that has one in the records read. */
  cursors: ReadonlyMap<Source, Cursor>
  /** Where the newest record came from, and its append time in ms; undefined for an empty log. */
  newest: { source: Source; appendedAtMs: number } | undefined
  /** Sources of the records read. */
  held: ReadonlySet<Source>
  /** Identities of the last events, the oldest first. */
  identities: readonly string[]
}

/** What one record of the log tells. */
export type Trace = { source: Source; cursor: Cursor | undefined; identity: string; appendedAtMs: number }

/** Reads a record's trace; a header that isn't ours is as good as none. */
export function readTrace(message: Pick<KafkaMessage, 'value' | 'headers' | 'timestamp'>): Trace {
  const header = (name: string) => {
    const value = message.headers?.[name]
    return Array.isArray(value) ? undefined : value?.toString()
  }
  const value = message.value ?? Buffer.alloc(0)
  const oversized = Number(header(headers.oversized) ?? value.length)
  const cursor = parseCursor(header(headers.sseId))
  const envelope = oversized === value.length ? readEnvelope(value) : undefined
  return {
    source: sources.find(source => source === header(headers.source)) ?? 'live',
    cursor,
    identity: identify({ data: value, size: oversized, cursor }, envelope),
    appendedAtMs: Number(message.timestamp),
  }
}

/** Records that say how old the beginning of a range is. */
const probeRecords = 8

type PartitionNotes = { from: bigint; first: Cursor[]; last: Map<Source, Cursor> }

/** Takes notes while the log's tail is read, range by range, the last ranges first. */
export function createTailNotes(): {
  begin(ranges: ReadonlyMap<number, OffsetRange>): void
  note(partition: number, trace: Trace): void
  reached(): ReadonlyMap<number, Reach>
  sum(ends: Tail['ends']): Tail
} {
  const known: { identity: string; appendedAtMs: number }[] = []
  const held = new Set<Source>()
  const partitions = new Map<number, PartitionNotes>()
  let newest: Trace | undefined
  let isLastRange = false

  const cursorOf = (source: Source) =>
    mergeCursors([...partitions.values()].flatMap(({ last }) => [last.get(source)]).filter(found => !!found))

  return {
    begin(ranges) {
      isLastRange = partitions.size === 0
      for (const [partition, { from }] of ranges) {
        partitions.set(partition, { from, first: [], last: partitions.get(partition)?.last ?? new Map() })
      }
    },
    note(partition, trace) {
      known.push({ identity: trace.identity, appendedAtMs: trace.appendedAtMs })
      held.add(trace.source)
      if (!newest || trace.appendedAtMs >= newest.appendedAtMs) newest = trace
      const notes = partitions.get(partition)
      if (!notes || !trace.cursor) return
      if (notes.first.length < probeRecords) notes.first.push(trace.cursor)
      if (isLastRange) notes.last.set(trace.source, trace.cursor)
    },
    reached: () => partitions,
    sum: ends => ({
      ends,
      cursors: new Map(
        sources.flatMap(source => {
          const cursor = cursorOf(source)
          return cursor ? [[source, cursor]] : []
        }),
      ),
      newest: newest && { source: newest.source, appendedAtMs: newest.appendedAtMs },
      held,
      identities: known.sort((a, b) => a.appendedAtMs - b.appendedAtMs).map(({ identity }) => identity),
    }),
  }
}
