import { type Kafka } from 'kafkajs'
import { afterEach, expect, it } from 'vitest'
import { apiVersions, metadata } from '../../ops/lib/local/broker/protocol/cluster.ts'
import { errors } from '../../ops/lib/local/broker/protocol/errors.ts'
import { fetch, listOffsets } from '../../ops/lib/local/broker/protocol/fetch.ts'
import {
  findCoordinator,
  heartbeat,
  joinGroup,
  syncGroup,
} from '../../ops/lib/local/broker/protocol/groups.ts'
import { initProducerId, produce } from '../../ops/lib/local/broker/protocol/produce.ts'
import { buildBatch } from './build-batch.ts'
import { connectRaw, type RawClient } from './raw-client.ts'
import { newTopic, type Subject } from './subject.ts'

/** What only a client that speaks the protocol by hand can see. */
export function protocolContract(subject: () => Subject, kafka: () => Kafka): void {
  const clients: RawClient[] = []
  afterEach(() => {
    for (const client of clients.splice(0)) client.close()
  })
  async function open(): Promise<RawClient> {
    const client = await connectRaw(subject().brokers)
    clients.push(client)
    return client
  }

  async function produceTo(client: RawClient, topic: string, records: Buffer | null, acks = -1) {
    const topics = [{ name: topic, partitions: [{ index: 0, records }] }]
    const answer = await client.send(produce, 7, { transactionalId: null, acks, timeoutMs: 5_000, topics })
    const partition = answer.topics[0]?.partitions[0]
    return { errorCode: partition?.errorCode, baseOffset: partition?.baseOffset }
  }

  async function fetchFrom(
    client: RawClient,
    topic: string,
    options: { offset: number; maxBytes?: number; maxWaitMs?: number; minBytes?: number; index?: number },
  ) {
    const { offset, maxBytes = 1_000_000, maxWaitMs = 0, minBytes = 1, index = 0 } = options
    const answer = await client.send(fetch, 11, {
      ...{ replicaId: -1, maxWaitMs, minBytes, maxBytes, isolationLevel: 1, sessionId: 0, sessionEpoch: -1 },
      topics: [
        { name: topic, partitions: [{ index, leaderEpoch: -1, offset, logStartOffset: -1, maxBytes }] },
      ],
      ...{ forgotten: [], rackId: '' },
    })
    const partition = answer.topics[0]?.partitions[0]
    if (!partition) throw new Error('the partition is missing in the answer')
    return partition
  }

  const one = (value: string) => buildBatch({ records: [{ value: Buffer.from(value) }] })

  it('answers an unknown version of ApiVersions with error 35 and the versions it knows, in version 0', async () => {
    const client = await open()
    // No tagged fields in the header; then name and version of the client, compact and empty, and no tagged fields.
    const flexible = Buffer.from([0, 1, 1, 0])
    const answer = apiVersions.response.read(await client.sendBytes(apiVersions.key, 99, flexible), 0)
    expect(answer.errorCode).toBe(errors.unsupportedVersion)
    expect(answer.apis.map(known => known.key)).toEqual([apiVersions.key])
    const known = await client.send(apiVersions, 0, {})
    expect(known.errorCode).toBe(errors.none)
    for (const api of [produce, fetch, listOffsets, metadata, joinGroup]) {
      const served = known.apis.find(({ key }) => key === api.key)
      expect(served?.max).toBeGreaterThanOrEqual(api.max)
    }
  })

  it.each([
    ['an unknown API', 999, 0],
    ['an unknown version of Metadata', metadata.key, 99],
    ['a negative version', metadata.key, -1],
  ])('closes the connection on %s, and lives', async (_, key, version) => {
    const client = await open()
    await expect(client.sendBytes(key, version, Buffer.alloc(0))).rejects.toThrow('closed')
    await (await open()).send(apiVersions, 0, {})
  })

  it.each([
    ['a negative length', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['a length over 100 MiB', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: broker\r\n\r\n')],
    ['a request that is cut short', Buffer.from([0, 0, 0, 2, 0, 3])],
    ['a body that ends early', Buffer.from([0, 0, 0, 12, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0, 0])],
    [
      'an array of 2^31−1 topics',
      Buffer.from([0, 0, 0, 14, 0, 3, 0, 1, 0, 0, 0, 1, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff]),
    ],
  ])('closes the connection on %s, and lives', async (_, bytes) => {
    const client = await open()
    client.write(bytes)
    await client.closed
    await (await open()).send(apiVersions, 0, {})
  })

  it('stores a batch of an idempotent producer once, and says where it stands when it comes again', async () => {
    const topic = await newTopic(kafka())
    const client = await open()
    const { producerId, producerEpoch } = await client.send(initProducerId, 1, {
      transactionalId: null,
      transactionTimeoutMs: 1_000,
    })
    const batch = (baseSequence: number) =>
      buildBatch({ producerId, producerEpoch, baseSequence, records: [{ value: Buffer.from('v') }] })
    for (let sequence = 0; sequence < 3; sequence++) {
      expect(await produceTo(client, topic, batch(sequence))).toEqual({ errorCode: 0, baseOffset: sequence })
    }
    expect(await produceTo(client, topic, batch(1))).toEqual({ errorCode: 0, baseOffset: 1 })
    expect(await produceTo(client, topic, batch(2))).toEqual({ errorCode: 0, baseOffset: 2 })
    expect((await produceTo(client, topic, batch(5))).errorCode).toBe(errors.outOfOrderSequence)
    expect(await produceTo(client, topic, batch(3))).toEqual({ errorCode: 0, baseOffset: 3 })
    const end = await fetchFrom(client, topic, { offset: 4 })
    expect(end.highWatermark).toBe(4)
  })

  it('gives every idempotent producer an id of its own', async () => {
    const client = await open()
    const ids = new Set<number>()
    for (let n = 0; n < 5; n++) {
      const request = { transactionalId: null, transactionTimeoutMs: 1_000 }
      ids.add((await client.send(initProducerId, 1, request)).producerId)
    }
    expect(ids.size).toBe(5)
  })

  it('refuses damaged batches with the protocol’s errors, and stores none of them', async () => {
    const topic = await newTopic(kafka())
    const client = await open()
    const flipped = one('x')
    flipped.writeUInt8(flipped.readUInt8(flipped.length - 2) ^ 1, flipped.length - 2)
    expect((await produceTo(client, topic, flipped)).errorCode).toBe(errors.corruptMessage)
    const two = Buffer.concat([one('a'), one('b')])
    expect((await produceTo(client, topic, two)).errorCode).toBe(errors.invalidRecord)
    expect((await fetchFrom(client, topic, { offset: 0 })).highWatermark).toBe(0)
  })

  it('refuses acks it does not know', async () => {
    const topic = await newTopic(kafka())
    const client = await open()
    expect((await produceTo(client, topic, one('x'), 5)).errorCode).toBe(errors.invalidRequiredAcks)
  })

  it('refuses the old message formats', async () => {
    const topic = await newTopic(kafka())
    const client = await open()
    const old = Buffer.alloc(40)
    old.writeInt32BE(28, 8)
    old.writeInt8(1, 16)
    const code = (await produceTo(client, topic, old)).errorCode
    expect([errors.unsupportedForMessageFormat, errors.invalidRecord, errors.corruptMessage]).toContain(code)
  })

  it('answers a fetch past either end of the log with error 1', async () => {
    const topic = await newTopic(kafka())
    const client = await open()
    await produceTo(client, topic, one('x'))
    expect((await fetchFrom(client, topic, { offset: 2 })).errorCode).toBe(errors.offsetOutOfRange)
    expect((await fetchFrom(client, topic, { offset: -1 })).errorCode).toBe(errors.offsetOutOfRange)
    const end = await fetchFrom(client, topic, { offset: 1 })
    expect([end.errorCode, end.highWatermark, end.records?.length]).toEqual([0, 1, 0])
  })

  it('answers for a topic and a partition it does not have with error 3', async () => {
    const topic = await newTopic(kafka())
    const client = await open()
    const unknown = errors.unknownTopicOrPartition
    expect((await fetchFrom(client, 'never-made', { offset: 0 })).errorCode).toBe(unknown)
    expect((await fetchFrom(client, topic, { offset: 0, index: 7 })).errorCode).toBe(unknown)
    expect((await produceTo(client, 'never-made', one('x'))).errorCode).toBe(unknown)
    const request = { topics: [{ name: 'never-made' }], allowAutoTopicCreation: false }
    expect((await client.send(metadata, 5, request)).topics[0]?.errorCode).toBe(unknown)
  })

  it('gives the first batch whole when it is larger than asked for, and further ones only when they fit', async () => {
    const topic = await newTopic(kafka())
    const client = await open()
    const batch = one('x'.repeat(500))
    for (let n = 0; n < 3; n++) await produceTo(client, topic, batch)
    const length = async (maxBytes: number) =>
      (await fetchFrom(client, topic, { offset: 0, maxBytes })).records?.length
    expect(await length(1)).toBe(batch.length)
    expect(await length(batch.length)).toBe(batch.length)
    expect(await length(3 * batch.length)).toBe(3 * batch.length)
  })

  it('gives the whole batch that holds an offset in its middle', async () => {
    const topic = await newTopic(kafka())
    const client = await open()
    const records = ['a', 'b', 'c'].map(value => ({ value: Buffer.from(value) }))
    await produceTo(client, topic, buildBatch({ records }))
    const found = await fetchFrom(client, topic, { offset: 2 })
    expect(found.records?.readBigInt64BE(0)).toBe(0n)
  })

  it('lets a fetch wait for records, and answers as soon as there are some', async () => {
    const topic = await newTopic(kafka())
    const reader = await open()
    const writer = await open()
    const started = performance.now()
    const waiting = fetchFrom(reader, topic, { offset: 0, maxWaitMs: 20_000 })
    await produceTo(writer, topic, one('x'))
    expect((await waiting).records?.length).toBeGreaterThan(0)
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  it('answers an empty fetch when its time is up', async () => {
    const topic = await newTopic(kafka())
    const started = performance.now()
    const answer = await fetchFrom(await open(), topic, { offset: 0, maxWaitMs: 200 })
    expect([answer.errorCode, answer.records?.length]).toEqual([0, 0])
    expect(performance.now() - started).toBeGreaterThan(150)
  })

  it('answers requests on one connection in the order they came', async () => {
    const client = await open()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        client.send(metadata, 4, { topics: [], allowAutoTopicCreation: false }),
      ),
    )
    expect(answers.every(answer => answer.brokers.length === 1)).toBe(true)
  })

  it('finds the coordinator, and refuses members of groups that are not', async () => {
    const client = await open()
    const found = async () => (await client.send(findCoordinator, 2, { key: 'nobody', keyType: 0 })).errorCode
    await expect.poll(found, { timeout: 15_000 }).toBe(errors.none)
    const stranger = { groupId: 'nobody', generation: 1, memberId: 'stranger', groupInstanceId: null }
    expect((await client.send(heartbeat, 3, stranger)).errorCode).toBe(errors.unknownMemberId)
    expect((await client.send(syncGroup, 3, { ...stranger, assignments: [] })).errorCode).toBe(
      errors.unknownMemberId,
    )
    const join = {
      ...{ groupId: 'nobody', sessionTimeoutMs: 6_000, rebalanceTimeoutMs: 6_000, memberId: '' },
      ...{ groupInstanceId: null, protocolType: 'consumer' },
      protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
    }
    expect((await client.send(joinGroup, 5, { ...join, groupId: '' })).errorCode).toBe(errors.invalidGroupId)
    expect((await client.send(joinGroup, 5, { ...join, memberId: 'stranger' })).errorCode).toBe(
      errors.unknownMemberId,
    )
    expect((await client.send(joinGroup, 5, { ...join, sessionTimeoutMs: 1 })).errorCode).toBe(
      errors.invalidSessionTimeout,
    )
    expect((await client.send(joinGroup, 5, { ...join, protocols: [] })).errorCode).toBe(
      errors.inconsistentGroupProtocol,
    )
  })
}
