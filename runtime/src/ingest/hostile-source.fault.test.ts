import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { poisonNames } from '../../../ops/lib/local/source/poison.ts'
import { startReplay } from '../../../ops/lib/local/source/replay.ts'
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../ops/lib/local/source/simulator.ts'
import { type Ingest } from './ingest.ts'
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts'
import { testEvent } from './test-source.ts'
import { expectExactly } from './test-tally.ts'

const log = pino({ level: process.env.LOG_LEVEL ?? 'silent' })
const patience = { timeout: 90_000, interval: 50 }
let pipeline: TestPipeline
let simulator: Simulator

async function simulate(options: Partial<SimulatorOptions> & { total: number }): Promise<string> {
  simulator = await startSimulator({ port: 0, seed: 7, rate: 1_000, log, ...options })
  return simulator.url
}

beforeEach(async () => {
  pipeline = await startTestPipeline()
})
afterEach(async () => {
  await pipeline.stop()
  await simulator?.stop()
})

/** Waits until the log holds so many records; a failure says what ingest is doing instead. */
async function holds(count: number, ingest: Ingest): Promise<void> {
  const now = async () => ({ count: await pipeline.count(), detail: ingest.readiness().detail })
  await expect.poll(now, patience).toMatchObject({ count })
}

describe('each event of the source is in the log once, byte for byte', { timeout: 120_000 }, () => {
  test('though it cuts, repeats, mixes in canaries, breaks frames, refuses and sends all kinds of poison', async () => {
    const url = await simulate({
      total: 3_000,
      rate: 2_000,
      faults: {
        cutEvery: 700,
        duplicate: { rate: 0.05 },
        truncatedFrame: { count: 2 },
        errorEvent: { count: 1 },
        badGateway: { count: 1 },
        canariesPerHour: 36_000,
        unknownFields: { rate: 0.02 },
        poison: Object.fromEntries(
          poisonNames.map(kind => [kind, { count: kind === 'comment_10mb' ? 1 : 2 }]),
        ),
      },
    })
    // Otherwise what is sent before the first whole event counts as sent, and can't be asked for again.
    const ingest = pipeline.ingest(url, { since: Date.now() - 60_000 })
    await holds(3_000, ingest)
    expectExactly(await pipeline.records(), simulator.tally())
    const metrics = ['duplicates', 'canaries', 'oversized', 'unparsable', 'asides', 'produced']
    const counts = await Promise.all(metrics.map(name => ingest.metric(`${name}_total`)))
    const [duplicates = 0, canaries = 0, oversized, unparsable = 0, asides = 0, produced] = counts
    expect({ oversized, produced }).toEqual({ oversized: 3, produced: 3_000 })
    expect(Math.min(duplicates, 50)).toBe(50)
    expect(Math.min(canaries, asides, unparsable)).toBeGreaterThan(0)
    expect(ingest.readiness()).toMatchObject({
      ready: true,
      detail: { source: 'simulate', state: 'streaming' },
    })
  })

  test('though the broker is away at a high rate: the source is not read, memory stays flat', async () => {
    const total = 12_000
    const ingest = pipeline.ingest(await simulate({ total, rate: 6_000 }))
    await expect.poll(() => pipeline.count(), patience).toBeGreaterThan(0)
    await pipeline.broker.faults.down()
    const still = { unique: 0, since: performance.now() }
    await expect
      .poll(() => {
        const { unique } = simulator.tally().sent
        if (unique !== still.unique) Object.assign(still, { unique, since: performance.now() })
        return performance.now() - still.since > 1_000
      }, patience)
      .toBe(true)
    expect(still.unique).toBeLessThan(total)
    expect(await ingest.metric('queue_records')).toBeLessThanOrEqual(1_500)
    expect(await ingest.metric('queue_bytes')).toBeLessThanOrEqual(3 * 1_048_576)
    await pipeline.broker.faults.up()
    await holds(total, ingest)
    expectExactly(await pipeline.records(), simulator.tally())
    expect(await ingest.metric('connections_total')).toBe(1)
  })

  test('though it is a file, and both are stopped and started again in the middle of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wikiflow-replay-'))
    const file = join(folder, 'events.ndjson')
    const lines = Array.from({ length: 2_500 }, (_, n) => (n % 500 === 250 ? `{"broken ${n}` : testEvent(n)))
    await writeFile(file, `${lines.join('\n')}\n`)
    for (const enough of [300, 1_400, 2_499]) {
      const replay = await startReplay({ port: 0, file, rate: 2_000, log })
      const ingest = pipeline.ingest(replay.url)
      await expect.poll(() => pipeline.count(), patience).toBeGreaterThan(enough)
      await ingest.stop()
      await replay.stop()
    }
    const values = (await pipeline.records()).map(({ value }) => String(value))
    expect(values.toSorted()).toEqual(lines.toSorted())
    await rm(folder, { recursive: true })
  })
})
