import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestPipeline, type TestPipeline } from '../ingest/test-pipeline.ts'
import { type Admin, type Kafka, readLogEnds } from './kafka.ts'
import { connectLogWriter, UnknownOutcome } from './log-writer.ts'

let pipeline: TestPipeline
let admin: Admin

beforeAll(async () => {
  pipeline = await startTestPipeline()
  admin = pipeline.kafka.admin()
  await admin.connect()
})
afterAll(async () => {
  await admin?.disconnect()
  await pipeline?.stop()
})

async function connect(kafka: Kafka = pipeline.kafka) {
  const ends = new Map([...(await readLogEnds(admin))].map(([partition, { end }]) => [partition, end]))
  return connectLogWriter({ kafka, ends })
}
const records = (count: number, name: string) =>
  Array.from({ length: count }, (_, n) => ({ key: `${name}-${n}`, value: Buffer.from(`${n}`), headers: {} }))

/** The same cluster, which says that its partitions are led by two brokers. */
function withTwoLeaders(): Kafka {
  const kafka = Object.create(pipeline.kafka) as Kafka
  kafka.admin = config => {
    const real = pipeline.kafka.admin(config)
    return {
      ...real,
      fetchTopicMetadata: async options => {
        const { topics } = await real.fetchTopicMetadata(options)
        for (const { partitions } of topics) for (const part of partitions) part.leader = part.partitionId % 2
        return { topics }
      },
    }
  }
  return kafka
}

describe('the writer of the log', () => {
  test('appends to all partitions in one request, and to one at a time where several brokers lead them', async () => {
    for (const kafka of [pipeline.kafka, withTwoLeaders()]) {
      const before = await pipeline.count()
      const writer = await connect(kafka)
      await writer.write(records(300, 'a'))
      await writer.write(records(300, 'b'))
      await writer.close()
      expect(await pipeline.count()).toBe(before + 600)
    }
  })

  test('puts a key where every Kafka client in its default setting puts it', async () => {
    const writer = await connect()
    await writer.write([{ key: 'enwiki|Aubergine', value: Buffer.from('ours'), headers: {} }])
    await writer.close()
    const producer = pipeline.kafka.producer()
    await producer.connect()
    await producer.send({
      topic: 'wiki.recentchange',
      messages: [{ key: 'enwiki|Aubergine', value: 'theirs' }],
    })
    await producer.disconnect()
    const same = (await pipeline.records()).filter(({ key }) => String(key) === 'enwiki|Aubergine')
    const [ours, theirs] = same.map(({ offset }) => Number(offset))
    expect(theirs).toBe((ours ?? 0) + 1)
  })

  test('finds out that another one appends, and can’t be used after', async () => {
    const [writer, other] = [await connect(), await connect()]
    await other.write(records(50, 'other'))
    await expect(writer.write(records(50, 'ours'))).rejects.toThrow(UnknownOutcome)
    await writer.close()
    await expect(writer.write(records(1, 'late'))).rejects.toThrow(UnknownOutcome)
    await other.close()
  })

  test('refuses two writes at a time, and says how long one has been waiting', async () => {
    const writer = await connect()
    expect(writer.waitingMs()).toBe(0)
    const clear = pipeline.broker.faults.add({ api: 'Produce', delayMs: 200 })
    const first = writer.write(records(1, 'first'))
    await expect.poll(() => writer.waitingMs()).toBeGreaterThan(50)
    await expect(writer.write(records(1, 'second'))).rejects.toThrow('one at a time')
    await first
    clear()
    expect(writer.waitingMs()).toBe(0)
    await writer.close()
  })

  test('that was closed while the broker was away appends nothing when it is back', async () => {
    const writer = await connect()
    const before = await pipeline.count()
    await pipeline.broker.faults.down()
    const write = writer.write(records(5, 'too late'))
    const outcome = expect(write).rejects.toThrow(UnknownOutcome)
    await writer.close()
    await pipeline.broker.faults.up()
    await outcome
    await expect.poll(() => pipeline.count()).toBe(before)
  })
})
