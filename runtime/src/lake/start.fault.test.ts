import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { startBroker } from '../../../ops/lib/local/broker/broker.ts'
import { type LakeBench, startLakeBench, until } from './test-lake.ts'

let bench: LakeBench
beforeAll(async () => {
  bench = await startLakeBench()
})
afterEach(() => bench.killLakes())
afterAll(() => bench?.stop())

// Processes of their own, on a machine that may be busy with other suites.
vi.setConfig({ testTimeout: 120_000 })

const allThere = () => until(async () => (await bench.rowsWritten()) === bench.produced())

test('the log becomes files, and the database knows each of them', async () => {
  await bench.produce(500)
  const lake = bench.startLake()
  await allThere()
  await bench.expectWhole()
  await until(async () => (await lake.metrics()).includes(`wikiflow_lake_rows_total ${bench.produced()}\n`))
  const state = await lake.readiness()
  expect(state).toMatchObject({ ready: true, detail: { held: { rows: 0 }, alarms: [] } })
  expect(state?.detail?.partitions).toHaveLength(12)
  expect(state?.detail?.last).toMatchObject({ key: expect.stringMatching(/^raw\/dt=.*\.parquet$/) })
  expect(await lake.end('SIGTERM')).toBe(0)
})

test('SIGTERM writes what is held, before the time for it has come', async () => {
  const lake = bench.startLake({ LAKE_ROTATE_S: '600', LAKE_MAX_ROWS: '100000' })
  await until(async () => (await lake.readiness())?.ready)
  await bench.produce(100)
  await until(async () => (await lake.metrics()).includes('wikiflow_lake_held_rows 100\n'))
  expect(await lake.end('SIGTERM')).toBe(0)
  await bench.expectWhole()
})

test('a deploy that starts the new lake before it ends the old one loses and doubles nothing', async () => {
  const first = bench.startLake()
  await until(async () => (await first.readiness())?.ready)
  const second = bench.startLake()
  await bench.produce(300)
  await until(async () => {
    const { ready, detail } = (await second.readiness()) ?? {}
    return ready && Array.isArray(detail?.partitions) && detail.partitions.length === 6
  })
  await bench.produce(300)
  expect(await first.end('SIGTERM')).toBe(0)
  await bench.produce(300)
  await allThere()
  await bench.expectWhole()
  expect(await second.end('SIGTERM')).toBe(0)
})

test('a host that crashes again and again, at any point of the work, loses and doubles nothing', async () => {
  for (let round = 0; round < 3; round++) {
    const lake = bench.startLake()
    const before = await bench.rowsWritten()
    await bench.produce(300)
    if (round % 2 === 0) await until(async () => (await bench.rowsWritten()) > before)
    else await until(() => lake.output().includes('"started"'))
    await lake.end('SIGKILL')
    await bench.crashBroker()
  }
  bench.startLake()
  await allThere()
  await bench.expectWhole()
})

test('a broker that is away is said to be, and waited for', async () => {
  const lake = bench.startLake()
  await until(async () => (await lake.readiness())?.ready)
  await bench.broker().faults.down()
  await until(async () => (await lake.readiness())?.ready === false)
  expect((await lake.readiness())?.reason).toMatch(/^reading the log: /)
  await bench.broker().faults.up()
  await bench.produce(50)
  await allThere()
  await bench.expectWhole()
  expect(await lake.end('SIGTERM')).toBe(0)
})

test("another cluster's log is refused in a sentence", async () => {
  const other = await startBroker({ dataDir: join(bench.folder, 'other broker'), port: 0 })
  const lake = bench.startLake({ KAFKA_BROKERS: other.address })
  const [code] = await once(lake.child, 'exit')
  expect(code).toBe(1)
  expect(lake.output()).toContain(
    `are of cluster ${bench.broker().clusterId}, but KAFKA_BROKERS leads to cluster`,
  )
  await other.stop()
})

// The last one: after it, the log has a gap that no lake will step over.
test('a log whose retention overtook the lake ends it with the offsets, and nothing is skipped', async () => {
  await bench.produce(600)
  await bench.deleteRecords(3)
  const before = await bench.rowsWritten()
  const lake = bench.startLake({ LAKE_ROTATE_S: '600' })
  const [code] = await once(lake.child, 'exit')
  expect(code).toBe(1)
  expect(lake.output()).toMatch(
    /partition 3: the log's retention took offsets \d+ to \d+ before the lake had them/,
  )
  const { rows } = await bench.pool.query('SELECT count(*)::int AS n FROM lake_range WHERE partition = 3')
  expect(await bench.rowsWritten()).toBeGreaterThanOrEqual(before)
  const again = bench.startLake({ LAKE_ROTATE_S: '600' })
  await once(again.child, 'exit')
  const later = await bench.pool.query('SELECT count(*)::int AS n FROM lake_range WHERE partition = 3')
  expect(later.rows).toEqual(rows)
})
