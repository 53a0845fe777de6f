import { randomUUID } from 'node:crypto'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Client, type Pool } from 'pg'
import { pino } from 'pino'
import { type Broker, startBroker } from '../../../ops/lib/local/broker/broker.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../../test/engines/postgres.ts'
import { lakeKey, topic } from '../contract.ts'
import { type Counted } from '../events/aggregate.ts'
import { decode } from '../events/decode.ts'
import { toRecord } from '../events/record.ts'
import { tableNames } from '../events/tables.ts'
import { encodeRange, putRange } from '../lake/put-range.ts'
import { type LakeRecord, toLakeRecord } from '../lake/record.ts'
import { markWritten, openPartition, sealRange } from '../lake/seal.ts'
import { addRecord, type Segment } from '../lake/segment.ts'
import { createKafka, type Kafka, type KafkaMessage, readLog, readLogEnds } from '../platform/kafka.ts'
import { type ObjectStore, openObjectStore } from '../platform/object-store.ts'
import { connectionOptions, createPool, type PostgresConfig } from '../platform/postgres.ts'
import { claimPartitions } from '../worker/claim.ts'
import { retentionRules } from '../worker/retention.ts'
import { store } from '../worker/store.ts'
import { sweepOnce } from '../worker/sweep.ts'
import { audit } from './audit.ts'
import { startMs, type TestRecord, testRecords } from './fixture-events.ts'
import { type ReadLog } from './log-pass.ts'
import { type AuditReport } from './report.ts'

const silent = pino({ level: 'silent' })

/** Partition 0 begins at this offset, so that its few records lie in two blocks of the ledger. */
const firstOffset = 9_900n

/** What of a pipeline an audit looks at, as it was left by the pipeline's own code. */
export type Pipeline = {
  broker: Broker
  kafka: Kafka
  brokerFolder: string
  lakeFolder: string
  database: TestDatabase
  postgres: TestPostgres
  /** All that the log holds. */
  messages: ReadonlyMap<number, readonly KafkaMessage[]>
  stop(): Promise<void>
}

/** Records of each partition of the test's log, and how many of them are counted and sealed. */
const plan = [
  { partition: 0, records: 240, counted: 240, sealed: 120 },
  { partition: 1, records: 100, counted: 100, sealed: 60 },
  // The lake is ahead of the workers here, and the log ahead of both.
  { partition: 2, records: 40, counted: 30, sealed: 35 },
] as const

/** Between two records of a partition, in ms: the hour turns after the hundredth. */
const stepMs = 6_000

/**
 * Runs a log, a database and a lake through the pipeline's own code: events and dead letters counted, ranges sealed
 * and written, the last one of partition 1 sealed alone, the oldest rows taken by retention.
 */
export async function makePipeline(): Promise<Pipeline> {
  const brokerFolder = mkdtempSync(join(tmpdir(), 'wikiflow-audit-broker-'))
  const lakeFolder = mkdtempSync(join(tmpdir(), 'wikiflow-audit-lake-'))
  const postgres = await startTestPostgres()
  const database = await postgres.database()
  const broker = await startBroker({ dataDir: brokerFolder, port: 0, groupInitialDelayMs: 0 })
  const kafka = connect(broker)
  await fillLog(kafka)
  const pool = poolOf(database.owner)
  const lake = await openObjectStore(pathToFileURL(lakeFolder).href)
  const log = await logOf(kafka)
  await count(log, pool)
  await writeLake(log, pool, lake)
  const rules = retentionRules({
    RETENTION_FEED_HOURS: 24,
    RETENTION_MINUTES_DAYS: 1,
    RETENTION_HOURS_DAYS: 1,
    RETENTION_DEAD_LETTER_DAYS: 1,
  })
  await sweepOnce(pool, rules, startMs + 150_000 + 24 * 3_600_000, new AbortController().signal)
  await pool.end()
  return {
    broker,
    kafka,
    brokerFolder,
    lakeFolder,
    database,
    postgres,
    messages: log.messages,
    stop: async () => {
      await broker.stop()
      await postgres.stop()
      rmSync(brokerFolder, { recursive: true, force: true })
      rmSync(lakeFolder, { recursive: true, force: true })
    },
  }
}

export function connect(broker: Broker): Kafka {
  return createKafka({ KAFKA_BROKERS: [broker.address] }, { clientId: 'test', log: silent })
}

function poolOf(config: PostgresConfig): Pool {
  return createPool(config, { name: 'test', max: 2, statementTimeoutMs: 20_000, log: silent })
}

async function fillLog(kafka: Kafka): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  // Small segments, so that one can get lost in the middle.
  const configEntries = [
    { name: 'retention.ms', value: '-1' },
    { name: 'segment.bytes', value: '20000' },
  ]
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic: topic.name, numPartitions: topic.partitions, configEntries }],
  })
  const filler = Array.from({ length: Number(firstOffset) }, () => ({
    timestampMs: startMs - 3_600_000,
    value: Buffer.from('x'),
    headers: {},
  }))
  await append(kafka, 0, filler)
  // kafkajs deletes only from topics that it has heard of.
  await readLogEnds(admin)
  await admin.deleteTopicRecords({
    topic: topic.name,
    partitions: [{ partition: 0, offset: String(firstOffset) }],
  })
  await admin.disconnect()
  for (const { partition, records } of plan)
    await append(kafka, partition, testRecords(partition, records, stepMs))
}

/** Appends records to a partition, fifty a batch. */
export async function append(kafka: Kafka, partition: number, records: readonly TestRecord[]): Promise<void> {
  const producer = kafka.producer()
  await producer.connect()
  const size = records.length > 1_000 ? 500 : 50
  for (let from = 0; from < records.length; from += size) {
    const messages = records.slice(from, from + size).map(({ timestampMs, value, headers }) => ({
      partition,
      timestamp: String(timestampMs),
      value,
      headers,
    }))
    await producer.send({ topic: topic.name, messages })
  }
  await producer.disconnect()
}

async function messagesOf(kafka: Kafka): Promise<Map<number, KafkaMessage[]>> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = await readLogEnds(admin)
  await admin.disconnect()
  const messages = new Map<number, KafkaMessage[]>([...ends.keys()].map(partition => [partition, []]))
  await readLog({
    kafka,
    ranges: new Map([...ends].map(([partition, { start, end }]) => [partition, { from: start, to: end }])),
    onRecord: (partition, message) => {
      messages.get(partition)?.push(message)
    },
  })
  return messages
}

/** Counts as the workers do; one event counts as refused by the database. */
async function count({ clusterId, ends, messages }: Log, pool: Pool): Promise<void> {
  const name = { clusterId, topic: topic.name }
  const starts = await claimPartitions(pool, name, [...ends.keys()], async () => ends)
  for (const { partition, counted } of plan) {
    const items = (messages.get(partition) ?? []).slice(0, counted).map((message, n): Counted => {
      const record = toRecord(message)
      return { record, decoded: n === 12 ? refused : decode(record) }
    })
    const key = { ...name, partition }
    let next = starts.get(partition) ?? 0n
    for (let from = 0; from < items.length; from += 64) {
      next = (await store({ pool, key, patience, now }, next, items.slice(from, from + 64))).next
    }
  }
}

/** Counts what was appended to a partition since. */
export async function countRest(kafka: Kafka, copy: Copy, partition: number): Promise<void> {
  const { clusterId, ends, messages } = await logOf(kafka)
  const key = { clusterId, topic: topic.name, partition }
  const { pool } = copy
  const starts = await claimPartitions(pool, key, [partition], async () => ends)
  const next = starts.get(partition) ?? 0n
  const items = (messages.get(partition) ?? [])
    .map(toRecord)
    .filter(({ offset }) => offset >= next)
    .map(record => ({ record, decoded: decode(record) }))
  await store({ pool, key, patience, now }, next, items)
}

const patience = { signal: new AbortController().signal, onWait: () => {} }
const now = () => startMs + 3_600_000

const refused: Counted['decoded'] = {
  ok: false,
  dead: { reason: 'rejected_by_database', detail: 'SQLSTATE 54000: too long' },
}

type Log = Awaited<ReturnType<typeof logOf>>

async function logOf(kafka: Kafka) {
  const admin = kafka.admin()
  await admin.connect()
  const { clusterId } = await admin.describeCluster()
  const ends = await readLogEnds(admin)
  await admin.disconnect()
  return { clusterId, ends, messages: await messagesOf(kafka) }
}

/** Seals and writes as the lake does, forty rows an object. */
async function writeLake({ clusterId, ends, messages }: Log, pool: Pool, lake: ObjectStore): Promise<void> {
  const tables = { pool, clusterId }
  for (const { partition, sealed } of plan) {
    let next = await openPartition(tables, partition, ends.get(partition)?.start ?? 0n)
    const segments: Segment[] = []
    for (const message of (messages.get(partition) ?? []).slice(0, sealed)) {
      const record: LakeRecord = toLakeRecord(message)
      addRecord(segments, record, next, 0, { rows: 40, bytes: 1_000_000 })
      next = record.offset + 1n
    }
    for (const [index, { first, last, records }] of segments.entries()) {
      const appendedAtMs = records[0]?.appendedAtMs ?? 0
      const key = lakeKey({ partition, first, last, appendedAtMs })
      const range = { partition, first, last, rows: records.length, key }
      await sealRange(tables, range)
      if (partition === 1 && index === segments.length - 1) continue
      const object = await putRange(lake, await encodeRange(range, records))
      await markWritten(tables, range, object)
    }
  }
}

/** A pipeline's copy to break and to mend: another database and another lake, and another log where one is given. */
export type Copy = {
  /** Changes the database as its owner. @throws Error when nothing changed. */
  sql(text: string, values?: readonly unknown[]): Promise<void>
  /** Its database's name. */
  name: string
  /** Its database, as the owner. */
  pool: Pool
  lakeFolder: string
  audit(depth?: AuditReport['depth']): Promise<AuditReport>
  /** Leaves records out of the log, as a broker does that has lost them and goes on behind. */
  withhold(which: (partition: number, offset: bigint) => boolean): void
  /** Makes database and lake what they were. */
  mend(): Promise<void>
  stop(): Promise<void>
}

/**
 * Copies database and lake. The log stays the same, and what it holds is not fetched again for each audit, unless
 * another one is given.
 */
export async function copyOf(pipeline: Pipeline, otherLog?: Kafka): Promise<Copy> {
  let withheld = (_partition: number, _offset: bigint) => false
  const kafka = otherLog ?? pipeline.kafka
  const read: ReadLog = async (ranges, onRecord) => {
    for (const [partition, { from, to }] of ranges) {
      for (const message of pipeline.messages.get(partition) ?? []) {
        const offset = BigInt(message.offset)
        if (offset >= from && offset < to && !withheld(partition, offset)) await onRecord(partition, message)
      }
    }
  }
  const name = `copy_${randomUUID()}`
  await onServer(pipeline, `CREATE DATABASE "${name}" TEMPLATE "${pipeline.database.owner.PGDATABASE}"`)
  const owner = poolOf({ ...pipeline.database.owner, PGDATABASE: name })
  const reader = poolOf({ ...pipeline.database.reader, PGDATABASE: name })
  await owner.query(
    ['CREATE SCHEMA kept', ...tables.map(t => `CREATE TABLE kept.${t} AS TABLE public.${t}`)].join(';'),
  )
  const lakeFolder = mkdtempSync(join(tmpdir(), 'wikiflow-audit-copy-'))
  const refillLake = () => {
    rmSync(lakeFolder, { recursive: true, force: true })
    cpSync(pipeline.lakeFolder, lakeFolder, { recursive: true })
  }
  refillLake()
  const lake = await openObjectStore(pathToFileURL(lakeFolder).href)
  return {
    sql: async (text, values = []) => {
      const { rowCount } = await owner.query(text, [...values])
      if (rowCount === 0) throw new Error(`nothing was changed by: ${text}`)
    },
    name,
    pool: owner,
    lakeFolder,
    withhold: which => {
      withheld = which
    },
    audit: (depth = 'full') =>
      audit({ kafka, pool: reader, store: lake, depth, stallMs: 10_000, ...(!otherLog && { read }) }),
    mend: async () => {
      withheld = () => false
      refillLake()
      const refill = tables.map(table => `INSERT INTO ${table} SELECT * FROM kept.${table}`)
      await owner.query([`TRUNCATE ${tables.join(', ')}`, ...refill].join(';'))
    },
    stop: async () => {
      await Promise.all([owner.end(), reader.end()])
      await onServer(pipeline, `DROP DATABASE "${name}"`)
      rmSync(lakeFolder, { recursive: true, force: true })
    },
  }
}

/** Every table that an audit reads. */
const tables = [
  ...tableNames,
  ...['consumer_offset', 'flow_retired', 'retention_horizon', 'lake_offset', 'lake_range'],
]

async function onServer(pipeline: Pipeline, statement: string): Promise<void> {
  const client = new Client(connectionOptions({ ...pipeline.database.owner, PGDATABASE: 'postgres' }))
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** The findings in short, in a fixed order: kind, subject, place. */
export function shortly({ findings }: AuditReport): string[] {
  return findings.listed
    .map(({ kind, subject, partition, offsets, at, key }) => {
      const place =
        offsets && (offsets.first === offsets.last ? `${offsets.first}` : `${offsets.first}-${offsets.last}`)
      const parts = [partition === undefined ? undefined : `p${partition}`, place, at?.slice(11, 16), key]
      return [kind, subject, ...parts.filter(part => part !== undefined)].join(' ')
    })
    .sort()
}
