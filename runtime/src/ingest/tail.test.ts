import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { headers, topic } from '../contract.ts'
import { readTail } from './tail.ts'
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts'
import { cursorAfter, testEvent } from './test-source.ts'

const hourMs = 3_600_000
const rewind = { ms: 5_000, offsets: 1_000 }
let pipeline: TestPipeline

beforeEach(async () => {
  pipeline = await startTestPipeline()
})
afterEach(() => pipeline.stop())

const read = (signal = new AbortController().signal, onMoving = () => {}) =>
  readTail({ kafka: pipeline.kafka, windowS: 600, rewind, signal, onMoving })

/** Appends events of the test source to one partition, as they were appended that long ago. */
async function append(partition: number, events: Iterable<number>, agoMs: number): Promise<void> {
  const producer = pipeline.kafka.producer()
  await producer.connect()
  const messages = Array.from(events, n => ({
    ...{ partition, key: `event-${n}`, value: testEvent(n), timestamp: String(Date.now() - agoMs) },
    headers: { [headers.sseId]: JSON.stringify(cursorAfter(n)) },
  }))
  for (let at = 0; at < messages.length; at += 500) {
    await producer.send({ topic: topic.name, messages: messages.slice(at, at + 500) })
  }
  await producer.disconnect()
}

function* range(from: number, to: number): Generator<number> {
  for (let n = from; n < to; n++) yield n
}

describe('the end of the log', () => {
  test('of an empty topic knows nothing', async () => {
    const tail = await read()
    expect(tail).toMatchObject({ cursors: new Map(), newest: undefined, held: new Set(), identities: [] })
    expect(tail.ends.size).toBe(topic.partitions)
  })

  test('is read beyond its window, until it reaches back to where the source is resumed', async () => {
    // Event 2,000 stands alone after two hours of a broker's absence; a resume goes back 5 s: to event 1,950.
    await append(0, range(0, 1_990), 2 * hourMs)
    await append(1, range(1_990, 2_000), 2 * hourMs)
    await append(2, [2_000], 0)
    const tail = await read()
    expect(tail.cursors).toEqual(new Map([['live', cursorAfter(2_000)]]))
    expect(tail.newest?.source).toBe('live')
    const known = new Set(tail.identities)
    for (const n of range(1_900, 2_001)) expect(known).toContain(JSON.parse(testEvent(n)).meta.id)
    // The oldest are not needed, and first to be forgotten.
    expect(tail.identities.at(-1)).toBe(JSON.parse(testEvent(2_000)).meta.id)
  })

  test('is read on where a partition holds more of those seconds than is read at first', async () => {
    const dense = Array.from({ length: 1_700 }, (_, n) => n % 2)
    const producer = pipeline.kafka.producer()
    await producer.connect()
    const messages = dense.map((late, n) => ({
      ...{ partition: 0, key: 'k', value: JSON.stringify({ meta: { id: `dense-${n}` } }) },
      timestamp: String(Date.now() - hourMs),
      headers: { [headers.sseId]: JSON.stringify(cursorAfter(late)) },
    }))
    await producer.send({ topic: topic.name, messages })
    await producer.disconnect()
    expect(new Set((await read()).identities).size).toBe(1_700)
  })

  test('is not believed while it moves', async () => {
    let moves = 0
    const abort = new AbortController()
    const reading = read(abort.signal, () => {
      moves += 1
    })
    for (let n = 0; moves === 0; n++) await append(n % topic.partitions, [n], 0)
    const tail = await reading
    const held = [...tail.ends.values()].reduce((sum, end) => sum + Number(end), 0)
    expect(held).toBe(await pipeline.count())
    expect(tail.identities).toHaveLength(held)
  })
})
