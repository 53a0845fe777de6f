import { spawnSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { buildBatch } from '../../../../test/broker/build-batch.ts'
import { bodyBytes, connectRaw, type RawClient, requestBytes } from '../../../../test/broker/raw-client.ts'
import { type Broker, type BrokerOptions, startBroker } from './broker.ts'
import { temporaryFolder } from './log/test-log.ts'
import { apiVersions, metadata } from './protocol/cluster.ts'
import { errors } from './protocol/errors.ts'
import { fetch } from './protocol/fetch.ts'
import { offsetCommit } from './protocol/offsets.ts'
import { produce } from './protocol/produce.ts'
import { createTopics } from './protocol/topics.ts'

async function start(options: Partial<BrokerOptions> = {}): Promise<Broker> {
  const broker = await startBroker({
    dataDir: options.dataDir ?? (await temporaryFolder()),
    port: 0,
    ...options,
  })
  onTestFinished(() => broker.kill())
  return broker
}

async function open(broker: Broker): Promise<RawClient> {
  const client = await connectRaw(broker.address)
  onTestFinished(() => client.close())
  return client
}

async function makeTopic(
  client: RawClient,
  name: string,
  partitions = 1,
  configs: { name: string; value: string }[] = [],
): Promise<void> {
  const topic = { name, partitions, replicationFactor: 1, assignments: [], configs }
  const made = await client.send(createTopics, 3, { topics: [topic], timeoutMs: 1_000, validateOnly: false })
  expect(made.topics[0]?.errorCode).toBe(errors.none)
}

const one = (value: string | Buffer) => buildBatch({ records: [{ value: Buffer.from(value) }] })

async function send(
  client: RawClient,
  name: string,
  records: Buffer,
  indexes = [0],
): Promise<(number | undefined)[]> {
  const partitions = indexes.map(index => ({ index, records: Buffer.from(records) }))
  const topics = [{ name, partitions }]
  const answer = await client.send(produce, 7, { transactionalId: null, acks: -1, timeoutMs: 1_000, topics })
  const answers = answer.topics.flatMap(topic => topic.partitions)
  return indexes.map(index => answers.find(partition => partition.index === index)?.errorCode)
}

const fetchRequest = (offset: number, options: { maxBytes?: number; maxWaitMs?: number } = {}) => {
  const { maxBytes = 1_000_000, maxWaitMs = 0 } = options
  const partitions = [{ index: 0, leaderEpoch: -1, offset, logStartOffset: -1, maxBytes }]
  return {
    ...{ replicaId: -1, maxWaitMs, minBytes: 1, maxBytes, isolationLevel: 0, sessionId: 0, sessionEpoch: -1 },
    ...{ topics: [{ name: 'edits', partitions }], forgotten: [], rackId: '' },
  }
}

async function read(client: RawClient, offset: number, options?: Parameters<typeof fetchRequest>[1]) {
  const answer = await client.send(fetch, 11, fetchRequest(offset, options))
  return answer.topics[0]?.partitions[0]
}

it('refuses a folder that another broker has, in this process and in another', async () => {
  const dataDir = await temporaryFolder()
  const broker = await start({ dataDir })
  const refusal = `another broker runs on ${dataDir}: stop it first, or choose another folder`
  await expect(startBroker({ dataDir, port: 0 })).rejects.toMatchObject({
    name: 'BrokerError',
    message: refusal,
  })
  const script = `
    import { startBroker } from ${JSON.stringify(join(import.meta.dirname, 'broker.ts'))}
    await startBroker({ dataDir: ${JSON.stringify(dataDir)}, port: 0 }).catch(error => console.log(error.message))
  `
  const other = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  expect(other.stdout.trim()).toBe(refusal)
  await broker.stop()
  await (await start({ dataDir })).stop()
})

it('keeps its cluster id in the folder', async () => {
  const dataDir = await temporaryFolder()
  const first = await start({ dataDir })
  await first.stop()
  expect((await start({ dataDir })).clusterId).toBe(first.clusterId)
  expect((await start()).clusterId).not.toBe(first.clusterId)
})

it('refuses a folder that a newer release has written, and says what to do', async () => {
  const dataDir = await temporaryFolder()
  await (await start({ dataDir })).stop()
  const path = join(dataDir, 'cluster.json')
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, 'utf8')), formatVersion: 2 }))
  await expect(startBroker({ dataDir, port: 0 })).rejects.toThrow(
    `${dataDir} was written by a newer broker (format 2, this one reads up to 1): use the release that wrote it, or another folder`,
  )
})

it.each(['cluster.json', 'topics.json'])(
  'refuses a folder whose %s is damaged, and keeps the logs',
  async file => {
    const dataDir = await temporaryFolder()
    const broker = await start({ dataDir })
    const client = await open(broker)
    await makeTopic(client, 'edits')
    await send(client, 'edits', one('kept'))
    await broker.stop()
    const sound = await readFile(join(dataDir, file))
    await writeFile(join(dataDir, file), '{"half')
    await expect(startBroker({ dataDir, port: 0 })).rejects.toThrow(`${join(dataDir, file)} is damaged`)
    await writeFile(join(dataDir, file), sound)
    expect((await read(await open(await start({ dataDir })), 0))?.highWatermark).toBe(1)
  },
)

it('does not take logs for leftovers because the list of topics is gone', async () => {
  const dataDir = await temporaryFolder()
  const broker = await start({ dataDir })
  await makeTopic(await open(broker), 'edits')
  await broker.stop()
  await rm(join(dataDir, 'topics.json'))
  await expect(startBroker({ dataDir, port: 0 })).rejects.toThrow('topics.json is missing')
})

it('clears away what a crash left of a topic that was deleted', async () => {
  const dataDir = await temporaryFolder()
  const broker = await start({ dataDir })
  await makeTopic(await open(broker), 'edits')
  await broker.stop()
  await mkdir(join(dataDir, 'topics/deleted-0'))
  await start({ dataDir })
  await expect(readFile(join(dataDir, 'topics/deleted-0'))).rejects.toMatchObject({ code: 'ENOENT' })
})

it('says that its port is taken', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  const dataDir = await temporaryFolder()
  await expect(startBroker({ dataDir, port })).rejects.toMatchObject({
    name: 'BrokerError',
    message: `port ${port} on 127.0.0.1 is taken: stop what listens there, or choose another`,
  })
  await start({ dataDir })
})

it('tells clients the host they are to use', async () => {
  const broker = await start({ host: '0.0.0.0', advertisedHost: 'localhost' })
  expect(broker.address).toBe(`localhost:${broker.port}`)
  const client = await open(broker)
  const found = await client.send(metadata, 6, { topics: [], allowAutoTopicCreation: false })
  expect(found.brokers).toEqual([{ nodeId: 1, host: 'localhost', port: broker.port, rack: null }])
})

it('makes topics that are asked for only where it was told to', async () => {
  const ask = async (broker: Broker) => {
    const client = await open(broker)
    const found = await client.send(metadata, 4, {
      topics: [{ name: 'edits' }],
      allowAutoTopicCreation: true,
    })
    return found.topics.map(topic => [topic.errorCode, topic.partitions.length])
  }
  expect(await ask(await start())).toEqual([[errors.unknownTopicOrPartition, 0]])
  expect(await ask(await start({ autoCreateTopics: true }))).toEqual([[errors.none, 1]])
})

it('is not ready while the disk is full, says so once, refuses commits too, and recovers', async () => {
  const problems: string[] = []
  const broker = await start({ onProblem: problem => problems.push(problem.message) })
  const client = await open(broker)
  await makeTopic(client, 'edits')
  expect(broker.state()).toMatchObject({ ready: true })
  broker.faults.diskFull(true)
  expect(await send(client, 'edits', one('lost'))).toEqual([errors.storageError])
  expect(await send(client, 'edits', one('lost'))).toEqual([errors.storageError])
  expect(broker.state()).toMatchObject({ ready: false, reason: expect.stringMatching(/edits-0.*ENOSPC/) })
  expect(problems).toHaveLength(1)
  await expect(makeTopic(client, 'more')).rejects.toThrow()
  const partitions = [{ index: 0, offset: 1, timestampMs: -1, metadata: null }]
  const commit = {
    groupId: 'g',
    generation: -1,
    memberId: '',
    retentionMs: -1,
    topics: [{ name: 'edits', partitions }],
  }
  const committed = await client.send(offsetCommit, 5, commit)
  expect(committed.topics[0]?.partitions[0]?.errorCode).toBe(errors.coordinatorNotAvailable)
  broker.faults.diskFull(false)
  expect(await send(client, 'edits', one('kept'))).toEqual([errors.none])
  await makeTopic(client, 'more')
  expect(broker.state()).toMatchObject({ ready: true })
  expect((await read(client, 0))?.highWatermark).toBe(1)
})

it('applies retention by itself', async () => {
  const broker = await start({ retentionCheckMs: 10 })
  const client = await open(broker)
  await makeTopic(client, 'edits', 1, [{ name: 'retention.ms', value: '60000' }])
  await send(client, 'edits', one('from 1970'))
  await expect.poll(async () => (await read(client, 0))?.errorCode).toBe(errors.offsetOutOfRange)
})

it('goes away and comes back on the same port with all it had', async () => {
  const broker = await start()
  const client = await open(broker)
  await makeTopic(client, 'edits')
  await send(client, 'edits', one('kept'))
  await broker.faults.down()
  await client.closed
  expect(broker.state()).toMatchObject({ ready: false, reason: 'it does not listen' })
  await expect(connectRaw(broker.address)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await broker.faults.up()
  expect((await read(await open(broker), 0))?.highWatermark).toBe(1)
})

it('answers with an error code where a fault says so: for one partition, and so many times', async () => {
  const broker = await start()
  const client = await open(broker)
  await makeTopic(client, 'edits', 3)
  broker.faults.add({ api: 'Produce', topic: 'edits', partition: 1, error: errors.storageError, times: 2 })
  for (let n = 0; n < 2; n++) {
    expect(await send(client, 'edits', one('x'), [0, 1, 2])).toEqual([0, errors.storageError, 0])
  }
  expect(await send(client, 'edits', one('x'), [0, 1, 2])).toEqual([0, 0, 0])
  const remove = broker.faults.add({ api: 'Produce', error: 7 })
  expect(await send(client, 'edits', one('x'), [0, 2])).toEqual([7, 7])
  remove()
  expect(await send(client, 'edits', one('x'), [0, 2])).toEqual([0, 0])
})

it('drops the connection before a request takes effect, or after', async () => {
  const broker = await start()
  await makeTopic(await open(broker), 'edits')
  const end = async () => (await read(await open(broker), 0))?.highWatermark
  broker.faults.add({ api: 'Produce', drop: 'before', times: 1 })
  await expect(send(await open(broker), 'edits', one('x'))).rejects.toThrow('closed')
  expect(await end()).toBe(0)
  broker.faults.add({ api: 'Produce', drop: 'after', times: 1 })
  await expect(send(await open(broker), 'edits', one('x'))).rejects.toThrow('closed')
  expect(await end()).toBe(1)
})

it('delays an answer', async () => {
  const broker = await start()
  const client = await open(broker)
  broker.faults.add({ api: 'ApiVersions', delayMs: 150 })
  const started = performance.now()
  await client.send(apiVersions, 0, {})
  expect(performance.now() - started).toBeGreaterThan(140)
  broker.faults.clear()
})

it('loses nothing that it acknowledged when it is stopped in the middle of a stream', async () => {
  const dataDir = await temporaryFolder()
  const broker = await start({ dataDir })
  const client = await open(broker)
  await makeTopic(client, 'edits')
  let acknowledged = 0
  const stream = (async () => {
    for (;;) {
      const [code] = await send(client, 'edits', one('x'.repeat(50_000)))
      if (code === errors.none) acknowledged += 1
    }
  })().catch(() => {})
  await expect.poll(() => acknowledged).toBeGreaterThan(5)
  await broker.stop()
  await stream
  const kept = (await read(await open(await start({ dataDir })), 0))?.highWatermark
  expect([acknowledged, acknowledged + 1]).toContain(kept)
})

it('ends a fetch that waits, when it is stopped', async () => {
  const broker = await start()
  const client = await open(broker)
  await makeTopic(client, 'edits')
  const waiting = read(client, 0, { maxWaitMs: 60_000 }).catch(() => 'closed')
  const started = performance.now()
  await broker.stop()
  expect(await waiting).toSatisfy(answer => answer === 'closed' || answer?.records?.length === 0)
  expect(performance.now() - started).toBeLessThan(20_000)
})

it('holds one answer for a client that asks and asks and never reads', async () => {
  const broker = await start()
  const client = await open(broker)
  await makeTopic(client, 'edits')
  for (let n = 0; n < 20; n++) await send(client, 'edits', one(Buffer.alloc(900_000, 'x')))
  const header = { key: fetch.key, version: 11, correlationId: 1, clientId: null }
  const request = requestBytes(header, bodyBytes(fetch, 11, fetchRequest(0, { maxBytes: 18_000_000 })))
  const greedy = await open(broker)
  const before = process.memoryUsage().arrayBuffers
  for (let n = 0; n < 200; n++) greedy.write(request)
  // 200 answers would be 3.6 GB. Meanwhile others are served.
  for (let n = 0; n < 300; n++) {
    await read(client, 0, { maxBytes: 1_000 })
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(300_000_000)
  }
})
