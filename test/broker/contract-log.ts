import { CompressionTypes, type Kafka } from 'kafkajs'
import { expect, it } from 'vitest'
import { consume, newTopic, producerFor, send, withAdmin } from './subject.ts'

/** Records, as producers and consumers see them through kafkajs. */
export function logContract(kafka: () => Kafka): void {
  it('gives back keys, values and headers byte for byte, nulls and empty ones too', async () => {
    const topic = await newTopic(kafka())
    const every = Buffer.from(Array.from({ length: 256 }, (_, n) => n))
    const sent = [
      { key: Buffer.from('k\u0000'), value: every, headers: { 'sse-id': Buffer.from('[{"offset":1}]') } },
      { key: null, value: null, headers: {} },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: { empty: Buffer.alloc(0) } },
      { key: Buffer.from('ключ'), value: Buffer.from('𝔘\ud83d', 'utf16le'), headers: { a: ['1', '2'] } },
    ]
    await send(kafka(), { topic, messages: sent })
    const got = await consume(kafka(), topic, sent.length)
    expect(got.map(({ key, value, offset }) => ({ key, value, offset }))).toEqual(
      sent.map(({ key, value }, n) => ({ key, value, offset: String(n) })),
    )
    expect(got[0]?.headers).toEqual({ 'sse-id': Buffer.from('[{"offset":1}]') })
    expect(got[3]?.headers).toEqual({ a: [Buffer.from('1'), Buffer.from('2')] })
  })

  it('keeps the order of what was sent, over many batches, plain and gzipped', async () => {
    const topic = await newTopic(kafka())
    const values = Array.from({ length: 1_000 }, (_, n) => `edit ${n}`)
    const producer = producerFor(kafka())
    await producer.connect()
    for (let from = 0; from < values.length; from += 100) {
      const messages = values.slice(from, from + 100).map(value => ({ value }))
      const compression = from % 200 === 0 ? CompressionTypes.GZIP : CompressionTypes.None
      await producer.send({ topic, messages, compression })
    }
    await producer.disconnect()
    const got = await consume(kafka(), topic, values.length)
    expect(got.map(message => message.value?.toString())).toEqual(values)
    expect(got.map(message => message.offset)).toEqual(values.map((_, n) => String(n)))
  })

  it('says where a batch was stored', async () => {
    const topic = await newTopic(kafka(), { numPartitions: 2 })
    const one = await send(kafka(), {
      topic,
      messages: [
        { partition: 1, value: 'a' },
        { partition: 1, value: 'b' },
      ],
    })
    const two = await send(kafka(), { topic, messages: [{ partition: 1, value: 'c' }] })
    expect(one).toMatchObject([{ partition: 1, errorCode: 0, baseOffset: '0' }])
    expect(two).toMatchObject([{ partition: 1, errorCode: 0, baseOffset: '2' }])
  })

  it('refuses a batch larger than the topic allows, and takes the next one', async () => {
    const topic = await newTopic(kafka(), { configEntries: [{ name: 'max.message.bytes', value: '2000' }] })
    await expect(send(kafka(), { topic, messages: [{ value: 'x'.repeat(2_000) }] })).rejects.toMatchObject({
      type: 'MESSAGE_TOO_LARGE',
    })
    expect(await send(kafka(), { topic, messages: [{ value: 'small' }] })).toMatchObject([
      { baseOffset: '0' },
    ])
  })

  it('refuses 2 MiB under the standard settings', async () => {
    const topic = await newTopic(kafka())
    const value = Buffer.alloc(2 * 1024 * 1024, 'x')
    await expect(send(kafka(), { topic, messages: [{ value }] })).rejects.toMatchObject({
      type: 'MESSAGE_TOO_LARGE',
    })
  })

  it('does not make a topic because something is sent to it', async () => {
    await expect(send(kafka(), { topic: 'never-made', messages: [{ value: 'x' }] })).rejects.toMatchObject({
      cause: { type: 'UNKNOWN_TOPIC_OR_PARTITION' },
    })
    await withAdmin(kafka(), async admin => expect(await admin.listTopics()).not.toContain('never-made'))
  })

  it('keeps the time of the producer, and finds records by it', async () => {
    const topic = await newTopic(kafka())
    const at = Date.parse('2026-08-04T15:00:00Z')
    const messages = [0, 10, 20].map(minutes => ({
      value: `${minutes}`,
      timestamp: String(at + minutes * 60_000),
    }))
    await send(kafka(), { topic, messages })
    await send(kafka(), { topic, messages: [{ value: '30', timestamp: String(at + 30 * 60_000) }] })
    const got = await consume(kafka(), topic, 4)
    expect(got.map(message => Number(message.timestamp) - at)).toEqual([0, 600_000, 1_200_000, 1_800_000])
    await withAdmin(kafka(), async admin => {
      const offsetAt = async (time: number) =>
        (await admin.fetchTopicOffsetsByTimestamp(topic, time))[0]?.offset
      expect(await offsetAt(at)).toBe('0')
      expect(await offsetAt(at + 1)).toBe('1')
      expect(await offsetAt(at + 20 * 60_000)).toBe('2')
      expect(await offsetAt(at + 20 * 60_000 + 1)).toBe('3')
      expect(await offsetAt(at + 24 * 3_600_000)).toBe('4') // kafkajs asks for the end where there is none
    })
  })

  it('sets the time itself where the topic says so', async () => {
    const configEntries = [{ name: 'message.timestamp.type', value: 'LogAppendTime' }]
    const topic = await newTopic(kafka(), { configEntries })
    const before = Date.now()
    await send(kafka(), { topic, messages: [{ value: 'x', timestamp: '1000' }] })
    const [got] = await consume(kafka(), topic, 1)
    expect(Number(got?.timestamp)).toBeGreaterThanOrEqual(before)
    expect(Number(got?.timestamp)).toBeLessThanOrEqual(Date.now())
  })

  it('takes batches of an idempotent producer', async () => {
    const topic = await newTopic(kafka())
    const producer = kafka().producer({ idempotent: true, maxInFlightRequests: 1 })
    await producer.connect()
    for (let n = 0; n < 8; n++) await producer.send({ topic, acks: -1, messages: [{ value: String(n) }] })
    await producer.disconnect()
    const got = await consume(kafka(), topic, 8)
    expect(got.map(message => message.value?.toString())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
  })
}
