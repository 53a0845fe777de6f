import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type Fault, type FaultyProxy, startFaultyProxy } from '../../../test/engines/faulty-proxy.ts'
import { type Moto, startMoto } from '../../../test/engines/moto.ts'
import { type LakeBench, startLakeBench, until } from './test-lake.ts'

let moto: Moto
let proxy: FaultyProxy
let bench: LakeBench
const aws = () => ({
  AWS_ENDPOINT_URL: proxy.url,
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'a secret of the test',
})
beforeAll(async () => {
  moto = await startMoto()
  proxy = await startFaultyProxy(moto.url)
  proxy.matches = request => request.method === 'PUT'
  for (const [name, value] of Object.entries(aws())) vi.stubEnv(name, value)
  const client = new S3Client({ forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: 'lake' }))
  client.destroy()
  bench = await startLakeBench('s3://lake/wikiflow')
})
afterEach(async () => {
  proxy.faults = []
  await bench.killLakes()
})
afterAll(async () => {
  await bench?.stop()
  vi.unstubAllEnvs()
  await proxy?.stop()
  await moto?.stop()
})

const allThere = () => until(async () => (await bench.rowsWritten()) === bench.produced(), 90_000)

test('S3 that fails, is slow to answer, and loses answers, ends up with each record once', async () => {
  const lake = bench.startLake(aws())
  for (let round = 0; round < 5; round++) {
    proxy.faults = Array.from(
      { length: 30 },
      (_, n): Fault => ([500, 503, 'lost', 409] as const)[n % 4] ?? 500,
    )
    await bench.produce(200)
    await allThere()
  }
  await bench.expectWhole()
  expect(lake.output()).toContain('"outcome":"same bytes"')
  expect(lake.output()).not.toContain('a secret of the test')
  expect(await lake.end('SIGTERM')).toBe(0)
}, 180_000)

test('S3 that stays away is said to be, while no memory is lost to it; all is written when it is back', async () => {
  const lake = bench.startLake({ ...aws(), LAKE_MAX_BYTES: '1048576', LAKE_MAX_ROWS: '1000000' })
  await until(async () => (await lake.readiness())?.ready)
  proxy.matches = request => request.method === 'PUT' && proxy.faults.push(503) > 0
  const large = 'x'.repeat(10_000)
  for (let round = 0; round < 10; round++) await bench.produce(100, large)
  await until(async () => (await lake.readiness())?.ready === false)
  expect((await lake.readiness())?.reason).toMatch(
    /partition \d+: writing raw\/.*: s3:PutObject of s3:\/\/lake/,
  )
  await until(async () => /wikiflow_lake_held_bytes [1-9]/.test(await lake.metrics()))
  const held = Number(/wikiflow_lake_held_bytes (\d+)/.exec(await lake.metrics())?.[1])
  // What one fetch brings on top of the limit: a megabyte for each partition.
  expect(held).toBeLessThan(13 * 1_048_576)
  proxy.matches = request => request.method === 'PUT'
  proxy.faults = []
  await allThere()
  await bench.expectWhole()
  expect((await lake.readiness())?.ready).toBe(true)
}, 180_000)

test('one of two lakes is killed: the group notices, and the other goes on, with nothing lost or doubled', async () => {
  const first = bench.startLake(aws())
  await until(async () => (await first.readiness())?.ready)
  bench.startLake(aws())
  await bench.produce(300)
  await until(async () => (await bench.rowsWritten()) > bench.produced() - 200)
  await first.end('SIGKILL')
  await bench.produce(300)
  await allThere()
  await bench.expectWhole()
}, 120_000)

test('killed and started again eight times, with S3 failing all the while, it keeps each record once', async () => {
  for (let round = 0; round < 8; round++) {
    proxy.faults = ['lost', 500, 'lost', 503]
    const lake = bench.startLake(aws())
    await bench.produce(300)
    await until(() => lake.output().includes('object written'), 90_000)
    await lake.end('SIGKILL')
    await bench.crashBroker()
  }
  bench.startLake(aws())
  await allThere()
  await bench.expectWhole()
}, 240_000)
