import { lakeKey } from '../contract.ts'
import { LogRangeError } from '../platform/kafka.ts'
import { type Logger } from '../platform/log.ts'
import { type ObjectStore } from '../platform/object-store.ts'
import { keepTrying, type Troubles } from './keep-trying.ts'
import { assertInLog, type LogBounds } from './log-bounds.ts'
import { ContentConflictError, encodeRange, findRange, type PutObject, putRange } from './put-range.ts'
import { type LakeRecord } from './record.ts'
import {
  type LakeTables,
  markWritten,
  openPartition,
  type SealedRange,
  sealRange,
  unwrittenRanges,
} from './seal.ts'
import { addRecord, type Segment, type SegmentLimits } from './segment.ts'
import { type Turns } from './turns.ts'

/** What the partitions of a lake share. */
export type LakeContext = {
  tables: LakeTables
  store: ObjectStore
  log: Logger
  troubles: Troubles
  limits: SegmentLimits
  /** A segment is written this long after its first record came, ms. */
  rotateMs: number
  /** One object is encoded at a time: it takes a core, and ten times the memory of its records. */
  encoding: Turns
  /** A few ranges are read again at a time: each is a group of its own, and takes the memory of an object. */
  rereading: Turns
  readBounds(): Promise<Map<number, LogBounds>>
  readRange(range: SealedRange, signal: AbortSignal): Promise<LakeRecord[]>
  /** Records are wanted, from this offset on. */
  onReady(partition: number, next: bigint): void
  onWritten(range: SealedRange, object: PutObject): void
  /** The partition has stopped for good, until a person has looked. */
  onAlarm(partition: number, error: ContentConflictError): void
  fatal(error: unknown): void
}

/** One partition on its way into the lake. */
export type LakePartition = {
  /** The next record wanted; undefined while none is: not ready, or stopped. */
  next(): bigint | undefined
  /** Takes consecutive records, from `next` on. */
  add(records: readonly LakeRecord[]): void
  held(): { rows: number; bytes: number; oldestAppendedAtMs: number | undefined }
  /** Looks at the clock. */
  tick(): void
  /** Seals and writes what is held now; settles when that is done, or the partition stopped. */
  flush(): Promise<void>
  /** Lets go of what is held, and of what is under way: another will read it again. */
  stop(): void
}

/**
 * Carries a partition's records into the lake: seals a range in the database, writes its object, notes that it is
 * written, one range after the other. Ranges that were sealed but not written, by us before we were killed or by an
 * owner before us, come first. Whoever seals second has lost: it throws its records away and begins again.
 */
export function startPartition(partition: number, context: LakeContext): LakePartition {
  const { tables, store, log, troubles } = context
  const stopped = new AbortController()
  const { signal } = stopped
  const trying = <T>(step: string, run: () => Promise<T>) =>
    keepTrying(`partition ${partition}: ${step}`, run, { signal, troubles, log })
  let segments: Segment[] = []
  let next: bigint | undefined
  /** Who waits until everything below an offset is written. */
  let flushing: { until: bigint; resolve: () => void }[] = []
  let wake = () => {}

  run().catch(error => {
    if (signal.aborted) return
    stopped.abort()
    settle()
    if (error instanceof ContentConflictError) context.onAlarm(partition, error)
    else context.fatal(error)
  })

  async function run(): Promise<void> {
    for (;;) {
      next = await open()
      context.onReady(partition, next)
      await uploadUntilLost()
      segments = []
      next = undefined
      settle()
    }
  }

  /** Finishes what is sealed, and gives the first offset that isn't. */
  async function open(): Promise<bigint> {
    const bounds = (await trying("reading the log's ends", context.readBounds)).get(partition)
    const first = await trying('reading its offset', () =>
      openPartition(tables, partition, bounds?.start ?? 0n),
    )
    const unwritten = await trying('reading sealed ranges', () => unwrittenRanges(tables, partition))
    for (const range of unwritten) {
      await context.rereading(() => finish(range))
    }
    assertInLog(partition, first, bounds)
    return first
  }

  async function finish(range: SealedRange): Promise<void> {
    try {
      await upload(range, await reread(range))
    } catch (error) {
      if (!(error instanceof LogRangeError)) throw error
      const object = await trying(`looking for ${range.key}`, () => findRange(store, range))
      if (!object) {
        throw new LogRangeError(
          `offsets ${range.first} to ${range.last} of partition ${partition} are sealed but neither in the lake nor ` +
            `in the log (${error.message}). They are lost to the lake; it does not skip them by itself.`,
        )
      }
      await note(range, object)
    }
  }

  async function reread(range: SealedRange): Promise<LakeRecord[]> {
    const records = await trying(`reading offsets ${range.first} to ${range.last} again`, () =>
      context.readRange(range, signal),
    )
    if (records.length === range.rows) return records
    throw new LogRangeError(
      `partition ${partition}: ${range.rows} records were sealed as offsets ${range.first} to ${range.last}, but ` +
        `the log now holds ${records.length} of them`,
    )
  }

  async function uploadUntilLost(): Promise<void> {
    for (;;) {
      signal.throwIfAborted()
      const segment = due()
      if (!segment) {
        await new Promise<void>(resolve => {
          wake = resolve
        })
        continue
      }
      segment.closed = true
      const range = rangeOf(segment)
      const outcome = await trying('sealing', () => sealRange(tables, range))
      if (outcome === 'lost') {
        log.warn({ partition, first: range.first, last: range.last }, 'another uploader sealed these offsets')
        return
      }
      await upload(range, segment.records)
      segments.shift()
      settle()
    }
  }

  async function upload(range: SealedRange, records: readonly LakeRecord[]): Promise<void> {
    const encoded = await context.encoding(() => encodeRange(range, records))
    const object = await trying(`writing ${range.key}`, () => putRange(store, encoded))
    await note(range, object)
  }

  async function note(range: SealedRange, object: PutObject): Promise<void> {
    await trying(`noting ${range.key}`, () => markWritten(tables, range, object))
    context.onWritten(range, object)
  }

  function due(): Segment | undefined {
    const [oldest] = segments
    if (!oldest) return undefined
    const aged = performance.now() - oldest.sinceMs >= context.rotateMs
    return oldest.closed || aged ? oldest : undefined
  }

  function rangeOf({ first, last, records }: Segment): SealedRange {
    const appendedAtMs = records[0]?.appendedAtMs ?? 0
    return {
      partition,
      first,
      last,
      rows: records.length,
      key: lakeKey({ partition, first, last, appendedAtMs }),
    }
  }

  /** Tells those whose offsets are written, or are not ours to write any more. */
  function settle(): void {
    const first = signal.aborted ? undefined : segments[0]?.first
    const done = flushing.filter(({ until }) => first === undefined || first >= until)
    flushing = flushing.filter(waiting => !done.includes(waiting))
    for (const { resolve } of done) resolve()
  }

  return {
    next: () => (signal.aborted ? undefined : next),
    add: records => {
      for (const record of records) {
        if (next === undefined || record.offset < next) continue
        addRecord(segments, record, next, performance.now(), context.limits)
        next = record.offset + 1n
      }
      wake()
    },
    held: () => ({
      rows: segments.reduce((sum, segment) => sum + segment.records.length, 0),
      bytes: segments.reduce((sum, segment) => sum + segment.bytes, 0),
      oldestAppendedAtMs: segments[0]?.records[0]?.appendedAtMs,
    }),
    tick: () => wake(),
    flush: () =>
      new Promise(resolve => {
        if (next !== undefined) flushing.push({ until: next, resolve })
        else resolve()
        const last = segments.at(-1)
        if (last) last.closed = true
        settle()
        wake()
      }),
    stop: () => {
      stopped.abort()
      wake()
      segments = []
      settle()
    },
  }
}
