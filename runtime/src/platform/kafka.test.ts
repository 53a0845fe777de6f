import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../../ops/lib/local/broker/broker.ts'
import { topic } from '../contract.ts'
import { ensureTopic } from '../init/topic.ts'
import { createKafka, type Kafka, LogRangeError, readClusterId, readLog, readLogEnds } from './kafka.ts'

const retention = { TOPIC_RETENTION_MS: 86_400_000, TOPIC_RETENTION_BYTES: 1_073_741_824 }
let folder: string
let broker: Broker
let kafka: Kafka
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-kafka-'))
  broker = await startBroker({ dataDir: folder, port: 0 })
  kafka = createKafka(
    { KAFKA_BROKERS: [broker.address] },
    { clientId: 'test', log: pino({ level: 'silent' }) },
  )
  await ensureTopic(kafka, retention)
  const producer = kafka.producer()
  await producer.connect()
  for (let partition = 0; partition < 3; partition++) {
    const messages = Array.from({ length: 250 }, (_, n) => ({
      partition,
      key: `${n}`,
      value: `${partition}:${n}`,
    }))
    await producer.send({ topic: topic.name, messages })
  }
  await producer.disconnect()
})
afterAll(async () => {
  await broker?.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('making the topic again changes nothing; another retention changes only that', async () => {
  expect(await ensureTopic(kafka, retention)).toBe('same')
  expect(await ensureTopic(kafka, { ...retention, TOPIC_RETENTION_MS: 172_800_000 })).toBe('changed')
  expect(await ensureTopic(kafka, { ...retention, TOPIC_RETENTION_MS: 172_800_000 })).toBe('same')
})

test('exactly the asked offsets are read, each partition in order, the others not at all', async () => {
  const read = new Map<number, string[]>()
  await readLog({
    kafka,
    ranges: new Map([
      [0, { from: 10n, to: 13n }],
      [2, { from: 0n, to: 250n }],
      [5, { from: 0n, to: 0n }],
    ]),
    onRecord: (partition, message) => {
      read.set(partition, [...(read.get(partition) ?? []), String(message.value)])
    },
  })
  expect([...read.keys()].sort()).toEqual([0, 2])
  expect(read.get(0)).toEqual(['0:10', '0:11', '0:12'])
  expect(read.get(2)).toEqual(Array.from({ length: 250 }, (_, n) => `2:${n}`))
})

test('offsets that the log does not hold are an error that names the partition, never a jump', async () => {
  const ranges = new Map([[1, { from: 200n, to: 251n }]])
  await expect(readLog({ kafka, ranges, onRecord: () => {} })).rejects.toThrow(LogRangeError)
  await expect(readLog({ kafka, ranges, onRecord: () => {} })).rejects.toThrow(
    'partition 1: asked for offsets 200 to 251, but the log holds 0 to 250',
  )
})

test('an error behind a record ends the reading with it, and leaves no group behind', async () => {
  const failing = readLog({
    kafka,
    ranges: new Map([[0, { from: 0n, to: 250n }]]),
    onRecord: () => {
      throw new Error('the lake is full')
    },
  })
  await expect(failing).rejects.toThrow('the lake is full')
  const admin = kafka.admin()
  await admin.connect()
  expect((await readLogEnds(admin)).get(2)).toEqual({ start: 0n, end: 250n })
  expect((await admin.listGroups()).groups).toEqual([])
  await admin.disconnect()
})

test('thrown out of its group, it goes on where it was, however much it has read by then', async () => {
  const producer = kafka.producer()
  await producer.connect()
  const sends = 4
  const each = 300
  for (let send = 0; send < sends; send++) {
    const messages = Array.from({ length: each }, (_, n) => ({
      partition: 4,
      key: `${send * each + n}`,
      value: randomBytes(2_500),
    }))
    await producer.send({ topic: topic.name, messages })
  }
  await producer.disconnect()
  const read: string[] = []
  await readLog({
    kafka,
    ranges: new Map([[4, { from: 0n, to: BigInt(sends * each) }]]),
    onRecord: async (_, message) => {
      // Twice what one fetch brings: the first one holds nothing new afterwards. A broker forgets members when it restarts.
      if (read.push(String(message.key)) !== 900) return
      const port = Number(broker.address.split(':')[1])
      await broker.stop()
      broker = await startBroker({ dataDir: folder, port })
      // kafkajs sends a heartbeat every three seconds at most: the next one is due.
      await sleep(3_100)
    },
  })
  expect(read).toEqual(Array.from({ length: sends * each }, (_, n) => `${n}`))
})

test('a cluster without an id yet has none: no offset is stored under a name that it will not keep', async () => {
  const describes = (clusterId: unknown) => ({
    describeCluster: async () => ({ brokers: [], controller: 0, clusterId: clusterId as string }),
  })
  for (const clusterId of [null, '', 'redpanda.initializing']) {
    await expect(readClusterId(describes(clusterId))).rejects.toThrow('gives no id of its cluster yet')
  }
  expect(await readClusterId(describes('redpanda.2d339cd9'))).toBe('redpanda.2d339cd9')
})
