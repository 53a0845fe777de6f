import { pino } from 'pino'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { counter } from '../../../ops/lib/local/source/checksum.ts'
import { type Simulator, startSimulator } from '../../../ops/lib/local/source/simulator.ts'
import { headers } from '../contract.ts'
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts'

let pipeline: TestPipeline
let simulator: Simulator | undefined
const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' })

beforeEach(async () => {
  pipeline = await startTestPipeline()
})
afterEach(async () => {
  await pipeline.stop()
  await simulator?.stop()
})

test('carries each event once', async () => {
  simulator = await startSimulator({ port: 0, seed: 1, rate: 1000, total: 2000, log })
  const ingest = pipeline.ingest(simulator.url)
  await expect.poll(() => pipeline.count(), { timeout: 15_000 }).toBe(2000)
  expect(ingest.readiness()).toMatchObject({
    ready: true,
    detail: { state: 'streaming', source: 'simulate' },
  })
  const sum = counter()
  for (const r of await pipeline.records()) sum.add(r.value!)
  expect(sum.count()).toEqual(simulator.tally().events)
})
