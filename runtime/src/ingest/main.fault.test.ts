import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../../ops/lib/local/source/simulator.ts'
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts'
import { expectExactly } from './test-tally.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const patience = { timeout: 60_000, interval: 50 }
const children: ChildProcess[] = []
let pipeline: TestPipeline
let simulator: Simulator

beforeEach(async () => {
  pipeline = await startTestPipeline()
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await simulator?.stop()
  await pipeline.stop()
})

/** A process of the real `main.ts`. */
function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, LOG_FORMAT: 'json', KAFKA_BROKERS: pipeline.broker.address, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.push(child)
  const said: { msg?: string; health?: string }[] = []
  let stderr = ''
  createInterface(child.stdout).on('line', line => said.push(JSON.parse(line)))
  child.stderr.on('data', data => {
    stderr += data
  })
  const exit = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal)
  const says = (msg: string) => expect.poll(() => said.find(line => line.msg === msg), patience).toBeDefined()
  return { child, exit, says, said, stderr: () => stderr }
}

describe('the process', { timeout: 180_000 }, () => {
  test('loses nothing and doubles nothing when it is killed again and again, at any moment', async () => {
    const total = 3_500
    simulator = await startSimulator({
      ...{ port: 0, seed: 11, rate: 500, total, log: pino({ level: 'silent' }) },
      faults: { cutEvery: 600, duplicate: { rate: 0.03 }, canariesPerHour: 20_000 },
    })
    const env = {
      SOURCE_URL: simulator.url,
      SOURCE_SINCE: new Date(Date.now() - 60_000).toISOString(),
      REWIND_MS: '1000',
    }
    for (let kills = 0; kills < 4; kills++) {
      const before = await pipeline.count()
      const ingest = run(env)
      if (kills === 2) {
        // While it reads the end of the log.
        await ingest.says('started')
        await delay(Math.random() * 1_500)
      } else {
        const more = 1 + Math.random() * 400
        await expect.poll(() => pipeline.count(), { ...patience, interval: 5 }).toBeGreaterThan(before + more)
      }
      ingest.child.kill('SIGKILL')
      expect(await ingest.exit).toBe('SIGKILL')
    }
    expect(await pipeline.count()).toBeLessThan(total)
    const last = run(env)
    await expect.poll(() => pipeline.count(), patience).toBeGreaterThanOrEqual(total)
    last.child.kill('SIGTERM')
    expect(await last.exit).toBe(0)
    expect(simulator.tally().sent.unique).toBe(total)
    expectExactly(await pipeline.records(), simulator.tally())
  })

  test('ends in order on SIGTERM, with what it read in the log, and serves its state until then', async () => {
    simulator = await startSimulator({
      port: 0,
      seed: 5,
      rate: 500,
      total: 800,
      log: pino({ level: 'silent' }),
    })
    const ingest = run({
      SOURCE_URL: simulator.url,
      SOURCE_SINCE: new Date(Date.now() - 60_000).toISOString(),
    })
    await expect.poll(() => pipeline.count(), patience).toBe(800)
    const health = ingest.said.find(line => line.health)?.health
    const ready = await fetch(`${health}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { ready: true, detail: expect.objectContaining({ state: 'streaming', source: 'simulate' }) },
    ])
    const metrics = await (await fetch(`${health}/metrics`)).text()
    expect(metrics).toMatch(/^wikiflow_ingest_produced_total 800$/m)
    expect(metrics).toMatch(/^wikiflow_ingest_last_event_age_seconds \d+/m)
    ingest.child.kill('SIGTERM')
    expect(await ingest.exit).toBe(0)
    expectExactly(await pipeline.records(), simulator.tally())
  })

  test('refuses to read Wikimedia without a contact, and says what to set', async () => {
    const ingest = run({})
    expect(await ingest.exit).toBe(78)
    expect(ingest.said.map(({ msg }) => msg).join()).toContain(
      'WIKIFLOW_CONTACT is not set, and stream.wikimedia.org',
    )
  })

  test('names each setting that is malformed', async () => {
    const ingest = run({
      SOURCE_URL: 'ftp://x',
      WIKIFLOW_CONTACT: 'someone (me)',
      SOURCE_SINCE: 'yesterday',
      REWIND_MS: '0',
    })
    expect(await ingest.exit).toBe(78)
    expect(
      ingest
        .stderr()
        .split('\n')
        .map(line => line.split(' ')[0]),
    ).toEqual(expect.arrayContaining(['SOURCE_URL', 'WIKIFLOW_CONTACT', 'SOURCE_SINCE', 'REWIND_MS']))
  })
})
