import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { topic } from '../contract.ts'
import { ConfigError } from '../platform/config.ts'
import { type Ingest } from './ingest.ts'
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts'
import { startTestServer, type TestServer } from './test-server.ts'
import { cursorAfter, startTestSource, type TestSource, testEvent, timeOf } from './test-source.ts'

const patience = { timeout: 40_000, interval: 20 }
let pipeline: TestPipeline
let source: TestSource
let server: TestServer | undefined

beforeEach(async () => {
  pipeline = await startTestPipeline()
  source = await startTestSource()
})
afterEach(async () => {
  await pipeline.stop()
  await source.close()
  await server?.close()
  server = undefined
})

const isCount = (count: number) => expect.poll(() => pipeline.count(), patience).toBe(count)
const isState = (ingest: Ingest, state: string | RegExp) =>
  expect.poll(() => ingest.readiness().detail?.state, patience).toMatch(state)

/** The log holds the first `count` events of the source, each once, in order by key. */
async function expectFirst(count: number): Promise<void> {
  const values = (await pipeline.records()).map(({ value }) => String(value))
  expect(values.toSorted()).toEqual(Array.from({ length: count }, (_, n) => testEvent(n)).toSorted())
}

async function streaming(more: Parameters<TestPipeline['ingest']>[1] = {}) {
  const ingest = pipeline.ingest(source.url, more)
  await isState(ingest, 'streaming')
  return ingest
}

describe('each event is in the log once', { timeout: 60_000 }, () => {
  test('though answers of the broker get lost, and requests do', async () => {
    const ingest = await streaming()
    for (const [round, drop] of (['after', 'before', 'after'] as const).entries()) {
      pipeline.broker.faults.add({ api: 'Produce', drop, times: 2 })
      source.happen(400)
      await isCount((round + 1) * 400)
    }
    await expectFirst(1_200)
    expect(await ingest.metric('unknown_outcomes_total')).toBe(0)
  })

  test('though an append reaches some partitions and not the others, and must not be tried again', async () => {
    const ingest = await streaming()
    source.happen(1_000)
    await isCount(1_000)
    // While one append is slow the queue fills, so that the next one is of events of many seconds.
    const slow = pipeline.broker.faults.add({ api: 'Produce', delayMs: 60_000 })
    source.happen(1)
    await expect.poll(() => ingest.metric('queue_records'), patience).toBe(0)
    source.happen(999)
    await expect.poll(() => ingest.metric('queue_records'), patience).toBeGreaterThan(20)
    const outOfOrderSequence = 45
    pipeline.broker.faults.add({
      api: 'Produce',
      topic: topic.name,
      partition: 3,
      error: outOfOrderSequence,
      times: 1,
    })
    slow()
    await pipeline.broker.faults.down()
    await pipeline.broker.faults.up()
    await isCount(2_000)
    await expectFirst(2_000)
    expect(await ingest.metric('unknown_outcomes_total')).toBeGreaterThan(0)
    expect(source.resumes().length).toBeGreaterThan(1)
    await isState(ingest, 'streaming')
  })

  test('though it is stopped and started, and the source goes on meanwhile', async () => {
    for (let round = 1; round <= 3; round++) {
      const ingest = await streaming()
      source.happen(300)
      await isCount(round * 600 - 300)
      await ingest.stop()
      source.happen(300)
    }
    await streaming()
    await isCount(1_800)
    await expectFirst(1_800)
    const [, second] = source.resumes()
    expect(second).toBe(
      JSON.stringify([{ ...cursorAfter(299)[0], timestamp: timeOf(299) + 1 - 5_000 }, cursorAfter(299)[1]]),
    )
  })

  test('what was read is written when it is stopped', async () => {
    const ingest = await streaming()
    source.happen(700)
    await expect.poll(() => ingest.metric('events_total'), patience).toBe(700)
    await ingest.stop()
    await ingest.ended
    expect(await pipeline.count()).toBe(700)
  })

  test('though someone else appends to the log, which is found out', async () => {
    const ingest = await streaming()
    source.happen(300)
    await isCount(300)
    await appendAsStranger(50)
    source.happen(300)
    await isCount(650)
    expect(await ingest.metric('unknown_outcomes_total')).toBeGreaterThan(0)
    const values = new Set((await pipeline.records()).map(({ value }) => String(value)))
    expect(values.size).toBe(650)
  })

  test('though the log ends with events of another source', async () => {
    const ingest = await streaming()
    source.happen(200)
    await isCount(200)
    await ingest.stop()
    const other = await startTestSource('replay')
    const replaying = pipeline.ingest(other.url)
    await isState(replaying, 'streaming')
    await expect.poll(() => other.resumes(), patience).toEqual([expect.stringContaining('eqiad'), undefined])
    await replaying.stop()
    await other.close()
    source.happen(100)
    await streaming()
    await isCount(300)
    await expectFirst(300)
  })
})

describe('nothing is read from the source', { timeout: 60_000 }, () => {
  test('before all of the log’s end can be read', async () => {
    const first = await streaming()
    source.happen(500)
    await isCount(500)
    await first.stop()
    const readable = pipeline.broker.faults.add({ api: 'Fetch', topic: topic.name, partition: 5, error: 6 })
    const ingest = pipeline.ingest(source.url)
    await isState(ingest, /^reading the end of the log for [2-9] s/)
    expect(source.resumes()).toHaveLength(1)
    expect(ingest.readiness().ready).toBe(false)
    readable()
    await isState(ingest, 'streaming')
    source.happen(10)
    await isCount(510)
    await expectFirst(510)
  })
})

describe('a source that refuses', { timeout: 60_000 }, () => {
  const refuse = async (status: number, headers: Record<string, string> = {}) => {
    server = await startTestServer((_, response) => response.writeHead(status, headers).end('not now'))
    return server.url
  }
  test('for a while is asked again when it says so, and the status shows it', async () => {
    const ingest = pipeline.ingest(await refuse(429, { 'retry-after': '600' }))
    await isState(
      ingest,
      /^waiting (600|601|599) s after: 127\.0\.0\.1:\d+ answered 429 Too Many Requests: not now$/,
    )
    expect(ingest.readiness().ready).toBe(false)
    expect(server?.requests).toHaveLength(1)
  })
  test('our cursor stops ingest with a sentence that says what to do', async () => {
    const first = await streaming()
    source.happen(5)
    await isCount(5)
    await first.stop()
    const ended = pipeline.ingest(await refuse(400)).ended
    await expect(ended).rejects.toThrow(ConfigError)
    await expect(ended).rejects.toThrow(
      /answered 400 Bad Request: not now; it was asked to go on after \[\{.*set SOURCE_SINCE/,
    )
  })
})

async function appendAsStranger(records: number): Promise<void> {
  const producer = pipeline.kafka.producer()
  await producer.connect()
  const messages = Array.from({ length: records }, (_, n) => ({
    key: `stranger-${n}`,
    value: `{"stranger":${n}}`,
  }))
  await producer.send({ topic: topic.name, messages })
  await producer.disconnect()
}
