import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { type Broker, startBroker } from '../../../ops/lib/local/broker/broker.ts'
import { topic } from '../contract.ts'
import { ensureTopic } from '../init/topic.ts'
import { readConfig } from '../platform/config.ts'
import { createKafka, type Kafka, type KafkaMessage, readLog, readLogEnds } from '../platform/kafka.ts'
import { type Ingest, type IngestOptions, startIngest } from './ingest.ts'

/** A broker with the topic, and ingests that are stopped at the end, for tests. */
export type TestPipeline = {
  broker: Broker
  kafka: Kafka
  ingest(url: string | URL, more?: Partial<IngestOptions>): Ingest & { metric: Metric }
  /** All records of the log, in offset order by partition. */
  records(): Promise<KafkaMessage[]>
  /** How many records the log holds. */
  count(): Promise<number>
  stop(): Promise<void>
}

/** Reads the value of a counter or gauge, all labels together. */
type Metric = (name: string) => Promise<number>

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' })

/** Starts a broker on a folder of its own. */
export async function startTestPipeline(): Promise<TestPipeline> {
  const dataDir = await mkdtemp(join(tmpdir(), 'wikiflow-ingest-'))
  const broker = await startBroker({ dataDir, port: 0, groupInitialDelayMs: 0 })
  const kafka = createKafka({ KAFKA_BROKERS: [broker.address] }, { clientId: 'test', log })
  await ensureTopic(kafka, readConfig(['TOPIC_RETENTION_MS', 'TOPIC_RETENTION_BYTES'], {}))
  const admin = kafka.admin()
  await admin.connect()
  const ingests: Ingest[] = []
  return {
    broker,
    kafka,
    ingest(url, more = {}) {
      const metrics = new Registry()
      const ingest = startIngest({
        kafka,
        url: new URL(url),
        contact: undefined,
        since: undefined,
        windowS: 600,
        rewindMs: 5_000,
        idleMs: 30_000,
        log,
        metrics,
        ...more,
      })
      ingest.ended.catch(() => {})
      ingests.push(ingest)
      return { ...ingest, metric: name => readMetric(metrics, name) }
    },
    async records() {
      const ends = await readLogEnds(admin)
      const records: KafkaMessage[] = []
      await readLog({
        kafka,
        ranges: new Map(
          [...ends].map(([partition, { start, end }]) => [partition, { from: start, to: end }]),
        ),
        onRecord: (_, message) => void records.push(message),
      })
      return records
    },
    async count() {
      const offsets = await admin.fetchTopicOffsets(topic.name)
      return offsets.reduce((sum, { low, high }) => sum + Number(high) - Number(low), 0)
    },
    async stop() {
      await Promise.all(ingests.map(ingest => ingest.stop()))
      await admin.disconnect()
      await broker.stop()
      await rm(dataDir, { recursive: true })
    },
  }
}

async function readMetric(registry: Registry, name: string): Promise<number> {
  const metric = await registry.getSingleMetric(`wikiflow_ingest_${name}`)?.get()
  if (!metric) throw new Error(`no metric wikiflow_ingest_${name}`)
  return metric.values.reduce((sum, { value }) => sum + value, 0)
}
