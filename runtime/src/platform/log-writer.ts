import { type Kafka, Partitioners, type RecordMetadata } from 'kafkajs'
import { topic } from '../contract.ts'

/** A record to append: the key decides the partition. */
type NewRecord = { key: string; value: Buffer; headers: Record<string, string> }

/** It isn't known which of the records stand in the log; the log must be read to find out. */
export class UnknownOutcome extends Error {
  override name = 'UnknownOutcome'
}

/** The only one who appends to the topic. */
export type LogWriter = {
  /**
   * Appends records; resolves once all of them stand in the log. Waits for as long as the broker is away. One call at
   * a time: concurrent sends make kafkajs reuse sequence numbers, by which messages are lost.
   * @throws UnknownOutcome, after which this writer must be closed.
   */
  write(records: readonly NewRecord[]): Promise<void>
  /** How long the write under way has been waiting, in ms; 0 when there is none. */
  waitingMs(): number
  close(): Promise<void>
}

/**
 * Connects an idempotent producer with an id of its own.
 * @param options.ends the log's end by partition, as last read: whoever else appends after that is found out
 * @throws kafkajs's error when the broker stays away or the topic is missing.
 */
export async function connectLogWriter(options: {
  kafka: Kafka
  ends: ReadonlyMap<number, bigint>
}): Promise<LogWriter> {
  const { kafka } = options
  const next = new Map(options.ends)
  const partitionOf = createPartitionOf(next.size)
  let isSpread = await hasSeveralLeaders(kafka)
  let isClosed = false
  let startedAt: number | undefined

  // kafkajs asks the partitioner at each attempt, the only place where it can still be stopped.
  const checkAttempt = (partitions: readonly { leader: number }[]) => {
    if (isClosed) throw new Error('the writer is closed')
    if (!isSpread && leadersOf(partitions).size > 1) {
      isSpread = true
      throw new Error('the partitions have moved to several brokers')
    }
  }
  const producer = kafka.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    // Tried for ever: the same sequence numbers sent again are what the broker recognizes.
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: Number.MAX_SAFE_INTEGER },
    createPartitioner:
      () =>
      ({ message, partitionMetadata }) => {
        checkAttempt(partitionMetadata)
        return message.partition ?? 0
      },
  })
  await producer.connect()

  const send = async (byPartition: ReadonlyMap<number, readonly NewRecord[]>) => {
    const messages = [...byPartition].flatMap(([partition, records]) =>
      records.map(record => ({ ...record, partition })),
    )
    const appended = await producer.send({ topic: topic.name, acks: -1, messages })
    for (const [partition, records] of byPartition) {
      assertAppended(appended, partition, next.get(partition))
      next.set(partition, (next.get(partition) ?? 0n) + BigInt(records.length))
    }
  }

  return {
    async write(records) {
      if (startedAt !== undefined) throw new Error('a write is under way: one at a time')
      startedAt = performance.now()
      try {
        const byPartition = Map.groupBy(records, ({ key }) => partitionOf(key))
        // Of several brokers that answer one send, kafkajs sends again to one that has already taken its part.
        const sends = isSpread ? [...byPartition].map(entry => new Map([entry])) : [byPartition]
        for (const part of sends) await send(part)
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        throw new UnknownOutcome(`appending ${records.length} records: ${message}`, { cause: error })
      } finally {
        startedAt = undefined
      }
    },
    waitingMs: () => (startedAt === undefined ? 0 : performance.now() - startedAt),
    async close() {
      isClosed = true
      // Parting from a broker that is gone fails, and is no news.
      await producer.disconnect().catch(() => {})
    },
  }
}

/** kafkajs's own choice for a key (murmur2, as Java's), known before a send. */
function createPartitionOf(partitions: number): (key: string) => number {
  const choose = Partitioners.DefaultPartitioner()
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 0,
    replicas: [],
    isr: [],
  }))
  return key => choose({ topic: topic.name, partitionMetadata, message: { key, value: null } })
}

function leadersOf(partitions: readonly { leader: number }[]): Set<number> {
  return new Set(partitions.map(({ leader }) => leader).filter(leader => leader >= 0))
}

async function hasSeveralLeaders(kafka: Kafka): Promise<boolean> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic.name] })
    return leadersOf(topics.flatMap(({ partitions }) => partitions)).size > 1
  } finally {
    await admin.disconnect()
  }
}

function assertAppended(appended: RecordMetadata[], partition: number, expected: bigint | undefined): void {
  const answer = appended.find(row => row.partition === partition)
  if (!answer) throw new Error(`no answer for partition ${partition}`)
  if (answer.baseOffset !== String(expected)) {
    throw new Error(
      `partition ${partition}: appended at offset ${answer.baseOffset} where ${expected} was the end; ` +
        'someone else appends to this topic',
    )
  }
}
