import { randomUUID } from 'node:crypto'
import { type Admin, Kafka, type KafkaMessage, logLevel } from 'kafkajs'
import { groups, topic } from '../contract.ts'
import { type Config } from './config.ts'
import { readSecurity, type SecurityConfig, securitySettings, unwise } from './kafka-security.ts'
import { openBrokerSocket } from './kafka-socket.ts'
import { explainFailures, inWords } from './kafka-trouble.ts'
import { type Logger } from './log.ts'

export type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage, Producer } from 'kafkajs'

/** Settings that a service with a Kafka connection has. */
export const kafkaSettings = ['KAFKA_BROKERS', ...securitySettings] as const
export type KafkaConfig = Config<'KAFKA_BROKERS'> & SecurityConfig

/**
 * A client whose log lines go to ours, and which tries a request again for about half a minute. It doesn't try again
 * what the brokers refuse for its credentials: that rejects at once, and the services wait for them to be mended.
 * @throws ConfigError for settings of TLS and SASL that don't go together, or whose file can't be read.
 */
export function createKafka(config: KafkaConfig, options: { clientId: string; log: Logger }): Kafka {
  const warning = unwise(config)
  if (warning) options.log.warn(warning)
  const kafka = new Kafka({
    clientId: options.clientId,
    brokers: config.KAFKA_BROKERS,
    ...readSecurity(config),
    socketFactory: openBrokerSocket,
    connectionTimeout: 3_000,
    requestTimeout: 15_000,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 8 },
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ level, namespace, log: { message, timestamp: _, ...fields } }) => {
        const line = { kafkajs: namespace, ...fields }
        // kafkajs calls an error what it will try again itself, and at info every joining of a group.
        if (level === logLevel.ERROR || level === logLevel.WARN)
          options.log.warn(line, inWords(message, config))
        else options.log.debug(line, message)
      },
  })
  return explainFailures(kafka, config)
}

/** What Redpanda says while it has no id. Since 23.2 it takes no connection before it has one (redpanda#10387). */
const initializing = 'redpanda.initializing'

/**
 * The cluster's own id: offsets mean nothing without it, and under another one they would be counted anew.
 * @throws Error while the broker has none yet, which waiting mends.
 */
export async function readClusterId(admin: Pick<Admin, 'describeCluster'>): Promise<string> {
  const { clusterId } = await admin.describeCluster()
  if (clusterId && clusterId !== initializing) return clusterId
  throw new Error(`the broker gives no id of its cluster yet (${clusterId || 'none'})`)
}

/** First offset held (`start`) and next offset to be written (`end`), by partition of the topic. */
export async function readLogEnds(admin: Admin): Promise<Map<number, { start: bigint; end: bigint }>> {
  const rows = await admin.fetchTopicOffsets(topic.name)
  return new Map(rows.map(row => [row.partition, { start: BigInt(row.low), end: BigInt(row.high) }]))
}

/** Offsets to read of one partition: `from` included, `to` not. */
export type OffsetRange = { from: bigint; to: bigint }

/** The log doesn't hold what was asked for: retention took it, or the topic was made anew. */
export class LogRangeError extends Error {
  override name = 'LogRangeError'
}

/**
 * Reads the given ranges of the topic, each partition in offset order, and ends. It uses a group of its own that is
 * deleted afterwards, for kafkajs can read only as a group, and commits nothing. Memory holds one fetch.
 * @throws LogRangeError when a range lies outside the log; what `onRecord` throws; kafkajs's error when the broker
 *   stays away.
 */
export async function readLog(options: {
  kafka: Kafka
  ranges: ReadonlyMap<number, OffsetRange>
  onRecord: (partition: number, message: KafkaMessage) => void | Promise<void>
  signal?: AbortSignal
}): Promise<void> {
  const pending = new Map([...options.ranges].filter(([, range]) => range.from < range.to))
  if (pending.size === 0) return
  const admin = options.kafka.admin()
  await admin.connect()
  const groupId = `${groups.read}-${randomUUID()}`
  const consumer = options.kafka.consumer({
    groupId,
    maxWaitTimeInMs: 250,
    // Nobody waits for its partitions; a record that is compared with a distant lake may take its time.
    sessionTimeout: 60_000,
    allowAutoTopicCreation: false,
  })
  try {
    const ends = await readLogEnds(admin)
    for (const [partition, { from, to }] of pending) {
      const log = ends.get(partition)
      if (!log || from < log.start || to > log.end) {
        const held = log ? `${log.start} to ${log.end}` : 'nothing'
        throw new LogRangeError(
          `partition ${partition}: asked for offsets ${from} to ${to}, but the log holds ${held}`,
        )
      }
    }
    await consumer.connect()
    await consumer.subscribe({ topics: [topic.name], fromBeginning: true })
    await new Promise<void>((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true })
      options.signal?.throwIfAborted()
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error)
      })
      const next = new Map([...pending].map(([partition, { from }]) => [partition, from]))
      const finish = (partition: number) => {
        pending.delete(partition)
        consumer.pause([{ topic: topic.name, partitions: [partition] }])
        if (pending.size === 0) resolve()
      }
      consumer
        .run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: async ({ batch, heartbeat, resolveOffset, isRunning, isStale }) => {
            const { partition } = batch
            const range = pending.get(partition)
            if (!range) return
            for (const message of batch.messages) {
              if (!isRunning() || isStale() || !pending.has(partition)) return
              const offset = BigInt(message.offset)
              const expected = next.get(partition) ?? range.from
              if (offset < expected) {
                // Back in the group after it was thrown out, it begins at the log's start: what it had is passed over.
                resolveOffset(message.offset)
                continue
              }
              if (offset >= range.to) break
              try {
                // kafkajs answers an offset out of range with a silent jump; a hole in the log is not an error.
                if (offset > expected) await assertHeld(admin, partition, expected)
                await options.onRecord(partition, message)
              } catch (error) {
                reject(error)
                return
              }
              next.set(partition, offset + 1n)
              resolveOffset(message.offset)
              await heartbeat()
            }
            await heartbeat()
            if (BigInt(batch.lastOffset()) + 1n >= range.to) finish(partition)
          },
        })
        .catch(reject)
      // A seek stands until the partition is assigned, so that no offset of the group is ever asked for.
      for (let partition = 0; partition < ends.size; partition++) {
        const range = pending.get(partition)
        if (range) consumer.seek({ topic: topic.name, partition, offset: String(range.from) })
        else consumer.pause([{ topic: topic.name, partitions: [partition] }])
      }
    })
  } finally {
    await consumer.disconnect().catch(() => {})
    await admin.deleteGroups([groupId]).catch(() => {})
    await admin.disconnect().catch(() => {})
  }
}

async function assertHeld(admin: Admin, partition: number, offset: bigint): Promise<void> {
  const start = (await readLogEnds(admin)).get(partition)?.start
  if (start === undefined || start > offset) {
    throw new LogRangeError(
      `partition ${partition}: the log's retention took offset ${offset} while it was being read`,
    )
  }
}
