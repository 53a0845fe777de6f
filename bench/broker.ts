/**
 * The embedded broker beside Apache Kafka, on this machine, through kafkajs as the pipeline uses it: 500 messages of
 * 1.2 kB a send, twelve partitions, every acknowledged batch synced to disk on both sides. `node bench/broker.ts`;
 * Apache Kafka is left out, with a word, where there is no Java or Maven.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { kafkaFor, newTopic } from '../test/broker/subject.ts'
import { startApacheKafka } from '../test/engines/apache-kafka.ts'
import { freePort } from '../test/engines/free-port.ts'

const sends = 200
const messagesEach = 500
const messageBytes = 1_200
const total = sends * messagesEach

type Measured = { startMs: number; produced: number; consumed: number }
type Subject = { brokers: string; stop(): Promise<void> }

async function embedded(dataDir: string): Promise<Subject> {
  const child: ChildProcess = fork(join(import.meta.dirname, '../test/broker/broker-child.ts'), [
    dataDir,
    '0',
  ])
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (told: { port: number }) => resolve(told.port))
    child.once('exit', code => reject(new Error(`the broker ended with ${code}`)))
  })
  return {
    brokers: `127.0.0.1:${port}`,
    stop: async () => {
      const gone = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    },
  }
}

async function apache(dataDir: string): Promise<Subject> {
  const properties = { 'log.flush.interval.messages': '1', 'group.initial.rebalance.delay.ms': '0' }
  return startApacheKafka({ dataDir, port: await freePort(), properties, jvm: [] })
}

/** Messages a second, produced one send at a time and then consumed by one consumer. */
async function measure(start: (dataDir: string) => Promise<Subject>): Promise<Measured> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wikiflow-bench-'))
  const started = performance.now()
  const subject = await start(dataDir)
  const startMs = performance.now() - started
  try {
    const kafka = kafkaFor(subject.brokers)
    const topic = await newTopic(kafka, { numPartitions: 12 })
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    const value = Buffer.alloc(messageBytes, 'x')
    const messages = Array.from({ length: messagesEach }, (_, n) => ({ key: `enwiki|Page ${n}`, value }))
    const send = () => producer.send({ topic, acks: -1, messages })
    for (let n = 0; n < 20; n++) await send()
    const producing = performance.now()
    for (let n = 0; n < sends; n++) await send()
    const produced = total / ((performance.now() - producing) / 1_000)
    await producer.disconnect()

    const consumer = kafka.consumer({ groupId: 'bench', maxWaitTimeInMs: 250 })
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    let seen = 0
    let consuming = 0
    await new Promise<void>(resolve => {
      void consumer.run({
        partitionsConsumedConcurrently: 12,
        eachBatch: async ({ batch }) => {
          consuming ||= performance.now()
          seen += batch.messages.length
          if (seen >= total) resolve()
        },
      })
    })
    const consumed = seen / ((performance.now() - consuming) / 1_000)
    await consumer.disconnect()
    return { startMs, produced, consumed }
  } finally {
    await subject.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

const line = (name: string, { startMs, produced, consumed }: Measured) =>
  console.log(
    `${name.padEnd(16)} start ${(startMs / 1_000).toFixed(1)} s   produce ${Math.round(produced)} msg/s   consume ${Math.round(consumed)} msg/s`,
  )

const ours = await measure(embedded)
line('embedded', ours)
try {
  const theirs = await measure(apache)
  line('Apache Kafka', theirs)
  console.log(
    `embedded / Apache Kafka: produce ${(ours.produced / theirs.produced).toFixed(2)}, consume ${(ours.consumed / theirs.consumed).toFixed(2)}`,
  )
} catch (error) {
  console.log(`Apache Kafka was not measured: ${error instanceof Error ? error.message : error}`)
}
