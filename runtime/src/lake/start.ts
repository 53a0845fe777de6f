import {
  createKafka,
  type Kafka,
  kafkaSettings,
  readClusterId,
  readLog,
  readLogEnds,
} from '../platform/kafka.ts'
import { openObjectStore } from '../platform/object-store.ts'
import { createPool, postgresSettings } from '../platform/postgres.ts'
import { type Running, type ServiceContext } from '../platform/service.ts'
import { type Feed, feedLake } from './consume.ts'
import { keepTrying, type Troubles } from './keep-trying.ts'
import { createLake } from './lake.ts'
import { createMetrics } from './metrics.ts'
import { type LakeRecord, toLakeRecord } from './record.ts'
import { otherCluster, type SealedRange } from './seal.ts'
import { createTurns } from './turns.ts'

/** Settings of the lake. */
export const lakeSettings = [
  ...kafkaSettings,
  ...postgresSettings,
  'LAKE_URL',
  'LAKE_ROTATE_S',
  'LAKE_MAX_ROWS',
  'LAKE_MAX_BYTES',
] as const

/** How long a stopping lake may take to write what it holds, ms; what isn't written by then is read again. */
const flushMs = 3_500

/** An object holds at most this part of the memory. */
const objectShare = 1 / 8

/** After a crash every partition may have a sealed range to read again. */
const rereads = 3

/** Starts the lake: checks that the database's offsets are of this cluster, joins the group, and feeds the lake. */
export async function startLake(context: ServiceContext<(typeof lakeSettings)[number]>): Promise<Running> {
  const { config, log, metrics: registry, starting, fatal } = context
  const troubles: Troubles = new Map()
  const stopped = new AbortController()
  const trying = { signal: stopped.signal, troubles, log }
  const store = await openObjectStore(config.LAKE_URL)
  const pool = createPool(config, { name: 'lake', max: 3, statementTimeoutMs: 15_000, log })
  const kafka = createKafka(config, { clientId: 'wikiflow-lake', log })
  const admin = kafka.admin()
  let feed: Feed | undefined

  starting('connecting to Kafka')
  await keepTrying('reaching the brokers', () => admin.connect(), trying)
  const clusterId = await keepTrying('asking for the cluster id', () => readClusterId(admin), trying)
  const tables = { pool, clusterId }
  starting('reading the offsets')
  const other = await keepTrying('reading the offsets', () => otherCluster(tables), trying)
  if (other !== undefined) {
    throw new Error(
      `the lake's offsets in database ${config.PGDATABASE} are of cluster ${other}, but KAFKA_BROKERS leads to ` +
        `cluster ${clusterId}: use that cluster, or a new database and a new LAKE_URL`,
    )
  }

  const lake = createLake(
    {
      tables,
      store,
      log,
      troubles,
      limits: { rows: config.LAKE_MAX_ROWS, bytes: config.LAKE_MAX_BYTES * objectShare },
      rotateMs: config.LAKE_ROTATE_S * 1_000,
      encoding: createTurns(1),
      rereading: createTurns(rereads),
      readBounds: () => readLogEnds(admin),
      readRange: (range, signal) => readRange(kafka, range, signal),
      onReady: (partition, next) => feed?.ready(partition, next),
      onWritten: (range, object) => {
        metrics.written(range, object)
        feed?.commit(range.partition, range.last + 1n)
        const { key, rows } = range
        log.info({ key, rows, bytes: object.bytes, outcome: object.outcome }, 'object written')
      },
      onAlarm: (partition, error) => {
        metrics.alarm(partition)
        log.error({ partition }, error.message)
      },
      fatal,
    },
    config.LAKE_MAX_BYTES,
  )
  const metrics = createMetrics(registry, lake.held)
  feed = await feedLake({ kafka, admin, lake, troubles, log, fatal })

  return {
    readiness: lake.readiness,
    stop: async () => {
      feed?.pause()
      await Promise.race([lake.flush(), timeout(flushMs)])
      lake.stop()
      stopped.abort()
      await feed?.stop()
      await Promise.allSettled([admin.disconnect(), pool.end()])
      store.close()
    },
  }
}

async function readRange(kafka: Kafka, range: SealedRange, signal: AbortSignal): Promise<LakeRecord[]> {
  const records: LakeRecord[] = []
  await readLog({
    kafka,
    ranges: new Map([[range.partition, { from: range.first, to: range.last + 1n }]]),
    onRecord: (_, message) => {
      records.push(toLakeRecord(message))
    },
    signal,
  })
  return records
}

function timeout(ms: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, ms).unref()
  })
}
