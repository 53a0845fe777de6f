import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Admin, type ITopicConfig, Kafka, type KafkaMessage, logLevel, Partitioners } from 'kafkajs'

/** A running broker the contract is checked against. */
export type Subject = {
  /** Host and port. */
  brokers: string
  /** Ends it in order and starts it again on the same data and port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Settings that a subject must run with, by Kafka's names: groups settle at once, sessions may be short. */
export const groupSettings = { initialDelayMs: 100, sessionTimeoutMs: { least: 500, most: 60_000 } } as const

/** kafkajs, quiet, as a test uses it. */
export function kafkaFor(brokers: string): Kafka {
  return new Kafka({
    clientId: 'contract',
    brokers: [brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 1_000, retries: 12 },
  })
}

/** Runs `work` with a connected admin client. */
export async function withAdmin<T>(kafka: Kafka, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

/** How long a new topic may take to be known, in ms. */
const readyMs = 15_000

/** Makes a topic with a name of its own, and gives the name. */
export async function newTopic(kafka: Kafka, config: Partial<ITopicConfig> = {}): Promise<string> {
  const topic = config.topic ?? `contract-${randomUUID()}`
  await withAdmin(kafka, async admin => {
    const topics = [{ numPartitions: 1, replicationFactor: 1, ...config, topic }]
    await admin.createTopics({ waitForLeaders: false, topics })
    // kafkajs's own waiting takes a topic that isn't known everywhere yet for an error.
    const until = Date.now() + readyMs
    for (;;) {
      const offsets = await admin.fetchTopicOffsets(topic).catch(() => [])
      if (offsets.length > 0) return
      if (Date.now() > until) throw new Error(`${topic} was made, but is not known after ${readyMs} ms`)
      await sleep(50)
    }
  })
  return topic
}

/** A producer that neither repeats a refused batch nor makes topics. */
export function producerFor(kafka: Kafka) {
  return kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { retries: 0 },
  })
}

/** Sends messages with a producer of its own. */
export async function send(
  kafka: Kafka,
  request: Parameters<ReturnType<typeof producerFor>['send']>[0],
): ReturnType<ReturnType<typeof producerFor>['send']> {
  const producer = producerFor(kafka)
  await producer.connect()
  try {
    return await producer.send(request)
  } finally {
    await producer.disconnect()
  }
}

/** Reads `count` messages of a topic from its start, in the order they come. */
export async function consume(kafka: Kafka, topic: string, count: number): Promise<KafkaMessage[]> {
  const consumer = kafka.consumer({ groupId: `read-${randomUUID()}`, maxWaitTimeInMs: 100 })
  await consumer.connect()
  try {
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    const messages: KafkaMessage[] = []
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        if (!payload.restart) reject(payload.error)
      })
      consumer
        .run({
          eachBatch: async ({ batch }) => {
            messages.push(...batch.messages)
            if (messages.length >= count) resolve()
          },
        })
        .catch(reject)
    })
    return messages
  } finally {
    await consumer.disconnect()
  }
}
