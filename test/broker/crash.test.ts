import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { batchHeaderBytes, readBatchHeader } from '../../ops/lib/local/broker/log/batch.ts'
import { errors } from '../../ops/lib/local/broker/protocol/errors.ts'
import { fetch } from '../../ops/lib/local/broker/protocol/fetch.ts'
import { initProducerId, produce } from '../../ops/lib/local/broker/protocol/produce.ts'
import { Reader } from '../../ops/lib/local/broker/wire/reader.ts'
import { freePort } from '../engines/free-port.ts'
import { buildBatch } from './build-batch.ts'
import { connectRaw, type RawClient } from './raw-client.ts'
import { kafkaFor, newTopic } from './subject.ts'

const rounds = 10
const partitions = [0, 1, 2]
const producersEach = 2
const recordsEach = 3

let dataDir: string
let port: number
let child: ChildProcess | undefined
/** Batches acknowledged to all producers. */
let total = 0
const address = () => `127.0.0.1:${port}`

async function startChild(): Promise<void> {
  const started = fork(join(import.meta.dirname, 'broker-child.ts'), [dataDir, String(port)], {
    execArgv: [],
  })
  child = started
  await new Promise<void>((resolve, reject) => {
    started.once('message', () => resolve())
    started.once('exit', code => reject(new Error(`the broker ended with ${code}`)))
  })
}

async function killChild(): Promise<void> {
  const gone = new Promise(resolve => child?.once('exit', resolve))
  child?.kill('SIGKILL')
  await gone
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'wikiflow-crash-'))
  port = await freePort()
  await startChild()
})
afterAll(async () => {
  await killChild()
  await rm(dataDir, { recursive: true, force: true })
})

/**
 * An idempotent producer of one partition that sends each batch again, on a new connection, until it is acknowledged.
 * Runs until `stop`; gives how many batches were acknowledged.
 */
async function produceUntil(
  stop: AbortSignal,
  topic: string,
  index: number,
  producerId: number,
): Promise<number> {
  let client: RawClient | undefined
  let acknowledged = 0
  while (!stop.aborted) {
    const sequence = acknowledged * recordsEach
    const records = Array.from({ length: recordsEach }, (_, n) => ({
      value: Buffer.from(`${producerId}:${sequence + n}:${'x'.repeat(5_000)}`),
    }))
    const batch = buildBatch({ records, producerId, producerEpoch: 0, baseSequence: sequence })
    try {
      client ??= await connectRaw(address())
      const topics = [{ name: topic, partitions: [{ index, records: batch }] }]
      const answer = await client.send(produce, 7, {
        transactionalId: null,
        acks: -1,
        timeoutMs: 5_000,
        topics,
      })
      const code = answer.topics[0]?.partitions[0]?.errorCode
      if (code !== errors.none) throw new Error(`refused with ${code}`)
      acknowledged += 1
      total += 1
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('refused')) throw error
      client?.close()
      client = undefined
      await sleep(5)
    }
  }
  client?.close()
  return acknowledged
}

/** Producer and sequence of all records of a partition, in their order; offsets are checked to have no gap. */
async function readPartition(client: RawClient, topic: string, index: number): Promise<string[]> {
  const found: string[] = []
  for (;;) {
    const asked = { index, leaderEpoch: -1, offset: found.length, logStartOffset: -1, maxBytes: 4_000_000 }
    const answer = await client.send(fetch, 11, {
      ...{ replicaId: -1, maxWaitMs: 0, minBytes: 0, maxBytes: 4_000_000, isolationLevel: 0, sessionId: 0 },
      ...{ sessionEpoch: -1, topics: [{ name: topic, partitions: [asked] }], forgotten: [], rackId: '' },
    })
    const partition = answer.topics[0]?.partitions[0]
    expect(partition?.errorCode).toBe(errors.none)
    const bytes = partition?.records ?? Buffer.alloc(0)
    if (bytes.length === 0) return found
    for (let at = 0; at < bytes.length; ) {
      const header = readBatchHeader(bytes, at)
      if (!header) throw new Error(`no batch at ${at}`)
      expect(header.baseOffset).toBe(found.length)
      const records = new Reader(bytes, at + batchHeaderBytes)
      for (let n = 0; n < header.count; n++) {
        const record = new Reader(records.slice(records.varint()))
        record.int8()
        for (let field = 0; field < 3; field++) record.varint()
        found.push(record.slice(record.varint()).toString().split(':', 2).join(':'))
      }
      at += header.size
    }
  }
}

it(`keeps every acknowledged record once and in order over ${rounds} kill -9 under load`, async () => {
  const topic = await newTopic(kafkaFor(address()), {
    numPartitions: partitions.length,
    configEntries: [{ name: 'segment.bytes', value: '200000' }],
  })
  const setUp = await connectRaw(address())
  const stop = new AbortController()
  const producers: { id: number; index: number; acknowledged: Promise<number> }[] = []
  for (const index of partitions) {
    for (let n = 0; n < producersEach; n++) {
      const request = { transactionalId: null, transactionTimeoutMs: 1_000 }
      const { producerId } = await setUp.send(initProducerId, 1, request)
      producers.push({
        id: producerId,
        index,
        acknowledged: produceUntil(stop.signal, topic, index, producerId),
      })
    }
  }
  setUp.close()
  for (let round = 0; round < rounds; round++) {
    // Each time at another moment: after so many more acknowledgements.
    const until = total + 1 + ((round * 17) % 50)
    await expect.poll(() => total, { interval: 1, timeout: 30_000 }).toBeGreaterThanOrEqual(until)
    await killChild()
    await startChild()
  }
  const end = total + 20
  await expect.poll(() => total, { timeout: 30_000 }).toBeGreaterThan(end)
  stop.abort()
  const client = await connectRaw(address())
  for (const index of partitions) {
    const found = await readPartition(client, topic, index)
    for (const producer of producers.filter(one => one.index === index)) {
      const mine = found.filter(record => record.startsWith(`${producer.id}:`))
      const acknowledged = (await producer.acknowledged) * recordsEach
      expect(acknowledged).toBeGreaterThan(0)
      expect(mine).toEqual(mine.map((_, sequence) => `${producer.id}:${sequence}`))
      // One batch may stand there whose acknowledgement was cut off last.
      expect([acknowledged, acknowledged + recordsEach]).toContain(mine.length)
    }
  }
  client.close()
}, 120_000)
