import { groups, topic } from '../contract.ts'
import {
  type Admin,
  type Consumer,
  type EachBatchPayload,
  type Kafka,
  LogRangeError,
  readLogEnds,
} from '../platform/kafka.ts'
import { type Logger } from '../platform/log.ts'
import { type Troubles } from './keep-trying.ts'
import { type Lake } from './lake.ts'
import { assertInLog } from './log-bounds.ts'
import { toLakeRecord } from './record.ts'

/** How often the lake's clock ticks and paused partitions are looked at, ms. */
const tickMs = 500

/** How often the log's ends are compared with where the lake stands, ms. */
const boundsMs = 30_000

/** How often the group hears of us, ms; also how soon we hear that it shares the partitions out anew. */
const heartbeatMs = 1_000

/** A group that has answered no heartbeat for this long, ms, is a trouble. */
const silenceMs = 5_000

/** A lake that is being fed. */
export type Feed = {
  /** The partition wants records from this offset on. */
  ready(partition: number, next: bigint): void
  /** Tells the group how far the lake is, for tools that show lag; the truth is in the database. */
  commit(partition: number, next: bigint): void
  /** No more records; still a member of the group. */
  pause(): void
  /** Leaves the group. */
  stop(): Promise<void>
}

/**
 * Feeds a lake from the log as a member of its group. The group only shares out the partitions: each one's position
 * is what the lake says it wants, and every batch is checked against it, because kafkajs may deliver from an older
 * position, and answers an offset out of range with a silent jump.
 */
export async function feedLake(options: {
  kafka: Kafka
  admin: Admin
  lake: Lake
  troubles: Troubles
  log: Logger
  fatal: (error: unknown) => void
}): Promise<Feed> {
  const { kafka, admin, lake, troubles, log, fatal } = options
  const consumer = kafka.consumer({
    groupId: groups.lake,
    maxWaitTimeInMs: 250,
    sessionTimeout: 10_000,
    rebalanceTimeout: 30_000,
    heartbeatInterval: heartbeatMs,
    maxBytesPerPartition: 1024 ** 2,
    allowAutoTopicCreation: false,
  })
  const paused = new Set<number>()
  let feeding = true
  const watch = watchGroup(consumer, { lake, troubles, fatal, paused })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic.name], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: topic.partitions,
    eachBatch: payload =>
      take(payload).catch(error => {
        // Any other error is the group's or the broker's, and kafkajs knows what to do.
        if (!(error instanceof LogRangeError)) throw error
        fatal(error)
      }),
  })

  async function take({
    batch,
    resolveOffset,
    heartbeat,
    isStale,
    isRunning,
  }: EachBatchPayload): Promise<void> {
    const { partition } = batch
    const first = batch.messages[0]
    const wanted = lake.next(partition)
    if (!first || isStale() || !isRunning()) return
    if (wanted === undefined || lake.full() || !feeding) return pause(partition)
    if (BigInt(first.offset) !== wanted) {
      const bounds = (await readLogEnds(admin)).get(partition)
      if (lake.next(partition) !== wanted) return
      assertInLog(partition, wanted, bounds)
      // From a fetch at the very offset, a later record means a hole in the log.
      if (fetchedOffset(batch) !== wanted) return seek(partition, wanted)
    }
    lake.add(partition, batch.messages.map(toLakeRecord))
    resolveOffset(batch.lastOffset())
    await heartbeat()
  }

  function pause(partition: number): void {
    paused.add(partition)
    consumer.pause([{ topic: topic.name, partitions: [partition] }])
  }

  function seek(partition: number, next: bigint): void {
    consumer.seek({ topic: topic.name, partition, offset: String(next) })
  }

  function resume(partition: number, next: bigint): void {
    paused.delete(partition)
    seek(partition, next)
    consumer.resume([{ topic: topic.name, partitions: [partition] }])
  }

  const ticking = setInterval(() => {
    lake.tick()
    watch()
    if (!feeding || lake.full()) return
    for (const partition of paused) {
      const next = lake.next(partition)
      if (next !== undefined) resume(partition, next)
    }
  }, tickMs)
  const checking = setInterval(() => {
    const before = lake.positions()
    readLogEnds(admin).then(
      ends => {
        try {
          for (const [partition, next] of before) {
            const bounds = ends.get(partition)
            const now = lake.next(partition) ?? next
            // The end is younger than `next`, and the start older than `now`: neither can be off by a race.
            assertInLog(partition, next, bounds && { start: 0n, end: bounds.end })
            assertInLog(partition, now, bounds && { start: bounds.start, end: now })
          }
        } catch (error) {
          fatal(error)
        }
      },
      error => log.debug({ err: error }, "can't read the log's ends"),
    )
  }, boundsMs)

  return {
    ready: (partition, next) => {
      if (feeding && !lake.full()) resume(partition, next)
      else paused.add(partition)
    },
    commit: (partition, next) => {
      consumer
        .commitOffsets([{ topic: topic.name, partition, offset: String(next) }])
        .catch(error => log.debug({ err: error }, 'the group did not take a commit'))
    },
    pause: () => {
      feeding = false
    },
    stop: async () => {
      feeding = false
      clearInterval(ticking)
      clearInterval(checking)
      await consumer.disconnect()
    },
  }
}

/** The offset that the broker was asked for; kafkajs has it on each batch, but not in its types. */
function fetchedOffset(batch: EachBatchPayload['batch']): bigint | undefined {
  const fetched = 'fetchedOffset' in batch ? batch.fetchedOffset : undefined
  return typeof fetched === 'string' ? BigInt(fetched) : undefined
}

/** Follows the group's word on which partitions are ours; gives a function that looks whether it still speaks. */
function watchGroup(
  consumer: Consumer,
  options: { lake: Lake; troubles: Troubles; fatal: (error: unknown) => void; paused: Set<number> },
): () => void {
  const { lake, troubles, fatal, paused } = options
  const step = 'reading the log'
  let heardMs = performance.now()
  const hear = () => {
    heardMs = performance.now()
    troubles.delete(step)
  }
  consumer.on(consumer.events.HEARTBEAT, hear)
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    hear()
    const ours = payload.memberAssignment[topic.name] ?? []
    for (const partition of paused) if (!ours.includes(partition)) paused.delete(partition)
    lake.assign(ours)
  })
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    // kafkajs starts again by itself after what it thinks will pass.
    if (payload.restart) troubles.set(step, payload.error.message)
    else fatal(payload.error)
  })
  return () => {
    const silent = performance.now() - heardMs
    // Fetches are no sign: kafkajs reports one that lost its connection as an empty one.
    if (silent > silenceMs)
      troubles.set(step, `the brokers have not answered for ${Math.round(silent / 1000)} s`)
  }
}
