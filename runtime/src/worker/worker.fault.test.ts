import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Broker, startBroker } from '../../../ops/lib/local/broker/broker.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../../../test/engines/postgres.ts'
import { type ServiceProcess, startService } from '../../../test/engines/service.ts'
import { startTcpProxy, type TcpProxy } from '../../../test/engines/tcp-proxy.ts'
import { groups, topic } from '../contract.ts'
import { editJson } from '../events/fixtures.ts'
import { ensureTopic } from '../init/topic.ts'
import { type Admin, createKafka, type Kafka, type Producer } from '../platform/kafka.ts'
import { allCounted, silent, sums, testPool } from './fixtures.ts'

const retention = { TOPIC_RETENTION_MS: 86_400_000, TOPIC_RETENTION_BYTES: 1_073_741_824 }
const waiting = { timeout: 60_000, interval: 50 }
// Processes start and stop here, each in a second or two, or in ten where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

/** So that the group misses a killed worker soon. */
const sessionTimeoutMs = { least: 1_000, most: 60_000 }

let server: TestPostgres
let proxy: TcpProxy
let folder: string
let broker: Broker
let kafka: Kafka
let admin: Admin
let producer: Producer
let database: TestDatabase
let owner: Pool
const workers: ServiceProcess[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-worker-'))
  server = await startTestPostgres()
  proxy = await startTcpProxy(server.port)
})
afterAll(async () => {
  await proxy?.close()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** A log and a database of its own for each test: what a worker finds must be the test's. */
beforeEach(async () => {
  database = await server.database()
  owner = testPool(database.owner)
  await openBroker(mkdtempSync(join(folder, 'log-')))
})
afterEach(async () => {
  for (const worker of workers.splice(0)) {
    worker.signal('SIGKILL')
    await worker.exited
  }
  proxy.refuse(false)
  await owner.end()
  await closeBroker()
})

async function openBroker(dataDir: string): Promise<void> {
  broker = await startBroker({ dataDir, port: 0, groupInitialDelayMs: 0, sessionTimeoutMs })
  kafka = createKafka({ KAFKA_BROKERS: [broker.address] }, { clientId: 'test', log: silent })
  admin = kafka.admin()
  producer = kafka.producer()
  await Promise.all([admin.connect(), producer.connect()])
  await ensureTopic(kafka, retention)
}

async function closeBroker(): Promise<void> {
  await Promise.all([admin.disconnect(), producer.disconnect()])
  await broker.stop()
}

function startWorker(settings: Record<string, string | number> = {}): ServiceProcess {
  const worker = startService('worker', {
    ...database.writer,
    ...{
      PGPORT: proxy.port,
      KAFKA_BROKERS: broker.address,
      WORKER_FLUSH_MS: 50,
      WORKER_SESSION_MS: 1_500,
      ...settings,
    },
  })
  workers.push(worker)
  return worker
}

/** Produces `count` edits, spread over the partitions. */
async function produce(count: number, fields: Record<string, unknown> = {}): Promise<void> {
  const messages = Array.from({ length: count }, (_, i) => ({
    key: `enwiki|Page ${i}`,
    value: JSON.stringify(
      editJson({ title: `Page ${i}`, ...fields, meta: { dt: new Date().toISOString() } }),
    ),
  }))
  await producer.send({ topic: topic.name, messages })
}

async function untilCounted(events: number, dead = 0): Promise<void> {
  await vi.waitFor(async () => expect(await sums(owner)).toEqual(allCounted(events, dead)), waiting)
}

async function untilReady(worker: ServiceProcess): Promise<void> {
  await vi.waitFor(async () => expect(await worker.readiness()).toMatchObject({ ready: true }), waiting)
}

describe('a worker', () => {
  test('counts what is produced, says so, and leaves in order on SIGTERM', async () => {
    const worker = startWorker({ WORKER_SESSION_MS: 15_000 })
    await produce(100)
    await producer.send({ topic: topic.name, messages: [{ value: '{"type": "ed' }, { value: null }] })
    await untilCounted(100, 2)
    await untilReady(worker)
    await vi.waitFor(async () => {
      expect((await worker.readiness()).detail).toMatchObject({ lag: '0', counted: { events: 100, dead: 2 } })
    }, waiting)
    const metrics = await worker.metrics()
    expect(metrics).toContain('wikiflow_worker_records_total{result="event"} 100')
    expect(metrics).toContain('wikiflow_worker_dead_letters_total{reason="not_json"} 1')
    worker.signal('SIGTERM')
    expect(await worker.exited).toBe(0)
    const committed = await admin.fetchOffsets({ groupId: groups.worker, topics: [topic.name] })
    const { rows } = await owner.query('SELECT partition, next_offset FROM consumer_offset')
    const expected = rows.filter(row => row.next_offset !== '0').map(row => [row.partition, row.next_offset])
    const actual = (committed[0]?.partitions ?? []).filter(({ offset }) => Number(offset) > 0)
    expect(actual.map(({ partition, offset }) => [partition, offset]).sort()).toEqual(expected.sort())
  })

  test('shares the partitions with one that joins, and takes them back when that one dies', async () => {
    startWorker()
    await produce(60)
    const second = startWorker()
    await untilReady(second)
    await produce(60)
    second.signal('SIGTERM')
    await produce(60)
    expect(await second.exited).toBe(0)
    await produce(60)
    await untilCounted(240)
  })

  test('goes on from the stored offsets when Kafka has forgotten the group', async () => {
    const first = startWorker()
    await produce(60)
    await untilCounted(60)
    first.signal('SIGTERM')
    await first.exited
    await admin.deleteGroups([groups.worker])
    await produce(60)
    startWorker()
    await untilCounted(120)
  })

  test('waits while the database is away, and while the broker is, and loses nothing', async () => {
    startWorker()
    await produce(60)
    await untilCounted(60)
    proxy.refuse(true)
    proxy.cut()
    await produce(60)
    proxy.refuse(false)
    await untilCounted(120)
    await broker.faults.down()
    await broker.faults.up()
    await vi.waitFor(() => produce(60), waiting)
    await untilCounted(180)
  })
})

test('workers killed one after the other, each at another stage of a batch, count every event once', async () => {
  const kill = async (worker: ServiceProcess) => {
    worker.signal('SIGKILL')
    await worker.exited
  }
  const untilSomeCounted = (more: number) =>
    vi.waitFor(async () => expect((await sums(owner)).activity).toBeGreaterThan(more), waiting)

  const killedAfterFetching = startWorker()
  await untilReady(killedAfterFetching)
  proxy.refuse(true)
  proxy.cut()
  await produce(60)
  await vi.waitFor(() => expect(killedAfterFetching.output()).toContain('trying again'), waiting)
  await kill(killedAfterFetching)
  proxy.refuse(false)
  expect(await sums(owner)).toEqual(allCounted(0))

  const killedInItsStatement = startWorker()
  await untilCounted(60)
  const other = await owner.connect()
  await other.query('BEGIN; LOCK TABLE recent_change IN SHARE MODE')
  await produce(60)
  await vi.waitFor(async () => {
    const blocked = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
    expect((await owner.query(blocked)).rowCount).toBeGreaterThan(0)
  }, waiting)
  await kill(killedInItsStatement)
  await other.query('COMMIT')
  other.release()

  const killedBeforeItHeardTheAnswer = startWorker()
  await untilCounted(120)
  proxy.holdAnswers(true)
  await produce(60)
  await untilSomeCounted(120)
  await kill(killedBeforeItHeardTheAnswer)
  proxy.holdAnswers(false)

  const killedBeforeItToldKafka = startWorker()
  await untilCounted(180)
  broker.faults.add({ api: 'OffsetCommit', delayMs: 60_000 })
  await produce(60)
  await untilSomeCounted(180)
  await kill(killedBeforeItToldKafka)
  broker.faults.clear()

  startWorker()
  await untilCounted(240)
})

test('a worker that is stopped past its session, then goes on, counts nothing that another has counted', async () => {
  const zombie = startWorker()
  await untilReady(zombie)
  await produce(60)
  zombie.signal('SIGSTOP')
  const heir = startWorker()
  await produce(60)
  await untilCounted(120)
  await untilReady(heir)
  zombie.signal('SIGCONT')
  await produce(60)
  await untilCounted(180)
  await untilReady(zombie)
  await produce(60)
  await untilCounted(240)
})

test('workers that come and go all the time count every event once', async () => {
  let produced = 0
  const steady = startWorker()
  for (let round = 0; round < 2; round++) {
    const visitor = startWorker()
    for (let batch = 0; batch < 5; batch++) {
      await produce(40)
      produced += 40
    }
    await untilReady(visitor)
    visitor.signal(round % 2 === 0 ? 'SIGTERM' : 'SIGKILL')
    await visitor.exited
  }
  await untilCounted(produced)
  await untilReady(steady)
})

describe('a worker stops and says what to do', () => {
  /** As a worker leaves it that counted all there is. */
  const counted60 = async () => {
    await produce(60)
    const ends = await admin.fetchTopicOffsets(topic.name)
    for (const { partition, high } of ends) {
      await owner.query('INSERT INTO consumer_offset VALUES ($1, $2, $3, 0, $4)', [
        ...[broker.clusterId, topic.name, partition, high],
      ])
    }
  }
  const expectStop = async (worker: ServiceProcess, message: RegExp) => {
    expect(await worker.exited).toBe(1)
    expect(worker.output()).toMatch(message)
  }

  test('when the topic was deleted and made anew while it was away', async () => {
    await counted60()
    await admin.deleteTopics({ topics: [topic.name] })
    await ensureTopic(kafka, retention)
    await expectStop(startWorker(), /partition \d+: offsets up to \d+ are counted, but the log ends at 0/)
    expect((await sums(owner)).activity).toBe(0)
  })

  test('when the topic is deleted and made anew under it', async () => {
    const worker = startWorker()
    await produce(60)
    await untilCounted(60)
    await admin.deleteTopics({ topics: [topic.name] })
    await ensureTopic(kafka, retention)
    await expectStop(worker, /partition \d+: offsets up to \d+ are counted, but the log ends at \d/)
    expect(await sums(owner)).toEqual(allCounted(60))
  })

  test("when the log's retention took what was not counted", async () => {
    await counted60()
    await produce(60)
    const partitions = (await admin.fetchTopicOffsets(topic.name)).map(({ partition, high }) => ({
      ...{ partition, offset: high },
    }))
    await admin.deleteTopicRecords({ topic: topic.name, partitions })
    await expectStop(startWorker(), /retention took offsets \d+ to \d+ before they were counted/)
    expect((await sums(owner)).activity).toBe(0)
  })

  test("when the database counts another cluster's log", async () => {
    await counted60()
    await closeBroker()
    await openBroker(mkdtempSync(join(folder, 'other-')))
    await expectStop(startWorker(), /the database counts topic .* of cluster .*, but KAFKA_BROKERS leads to/)
    expect((await sums(owner)).activity).toBe(0)
  })
})
