import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../../ops/lib/local/source/simulator.ts'
import { headers } from '../contract.ts'
import { readConfig } from '../platform/config.ts'
import { type Cursor, parseCursor } from '../platform/source-cursor.ts'
import { mergeCursors } from './cursor.ts'
import { startTestPipeline, type TestPipeline } from './test-pipeline.ts'
import { cursorAfter, startTestSource, type TestSource, timeOf } from './test-source.ts'

const patience = { timeout: 40_000, interval: 20 }
const pipelines: TestPipeline[] = []
let simulator: Simulator | undefined
let source: TestSource | undefined

afterEach(async () => {
  await Promise.all(pipelines.splice(0).map(pipeline => pipeline.stop()))
  await Promise.all([simulator?.stop(), source?.close()])
  simulator = undefined
  source = undefined
})

async function startPipeline(): Promise<TestPipeline> {
  const pipeline = await startTestPipeline()
  pipelines.push(pipeline)
  return pipeline
}

const since = (value: string) => readConfig(['SOURCE_SINCE'], { SOURCE_SINCE: value }).SOURCE_SINCE

describe('SOURCE_SINCE', () => {
  const id = JSON.stringify(cursorAfter(7))

  test('is a time, ms, or the id of an event', () => {
    expect(since('2026-08-04T15:00:00Z')).toBe(timeOf(0))
    expect(since('2026-08-04T17:00:00+02:00')).toBe(timeOf(0))
    expect(since(String(timeOf(0)))).toBe(timeOf(0))
    expect(since(id)).toEqual(cursorAfter(7))
    expect(since('')).toBeUndefined()
  })

  test.each([
    'yesterday',
    '[]',
    '[{}]',
    id.slice(0, -1),
    `${id}${id}`,
    '{"topic":"t"}',
    'null',
    '2026-08-04',
  ])('is never %s: what is allowed is said', value => {
    expect(() => since(value)).toThrow(
      /^SOURCE_SINCE is .*; allowed: a time such as .*or the id of an event/s,
    )
  })
})

describe('a pipeline that takes over from another', { timeout: 90_000 }, () => {
  test('leaves nothing out, and counts nothing twice in its own log', async () => {
    const total = 900
    simulator = await startSimulator({ port: 0, seed: 3, rate: 300, total, log: pino({ level: 'silent' }) })
    const old = await startPipeline()
    const before = old.ingest(simulator.url, { since: Date.now() - 60_000 })
    await expect.poll(() => old.count(), patience).toBeGreaterThan(300)
    await before.stop()
    const counted = await old.records()
    const cut = furthest(counted.map(({ headers: named }) => String(named?.[headers.sseId])))

    const next = await startPipeline()
    const rewindMs = 1_000
    const after = next.ingest(simulator.url, { since: cut, rewindMs })
    await expect
      .poll(async () => new Set(ids(counted.concat(await next.records()))).size, patience)
      .toBe(total)
    const taken = ids(await next.records())
    expect(new Set(taken).size).toBe(taken.length)
    // What both have counted happened within the rewind: 300 events a second.
    expect(taken.length + counted.length - total).toBeLessThan((300 * 2 * rewindMs) / 1_000)
    expect(after.readiness().detail).toMatchObject({ source: 'simulate', gap: undefined })
    expect(await after.metric('gaps_total')).toBe(0)
  })

  test.each([
    ['a time', timeOf(0) - 8 * 86_400_000],
    ['an id', [{ ...cursorAfter(0)[0], timestamp: timeOf(0) - 8 * 86_400_000 }] as Cursor],
  ])('and asks, by %s, for more than the source still has, says so', async (_, asked) => {
    source = await startTestSource()
    const pipeline = await startPipeline()
    const ingest = pipeline.ingest(source.url, { since: asked })
    await expect.poll(() => ingest.readiness().ready, patience).toBe(true)
    expect(ingest.readiness().detail?.gap).toBeUndefined()
    source.happen(3)
    await expect.poll(() => pipeline.count(), patience).toBe(3)
    expect(ingest.readiness().detail?.gap).toEqual({
      from: '2026-07-27T15:00:00.000Z',
      to: expect.stringMatching(/^2026-08-04T15:00:00/),
    })
    expect(await ingest.metric('gaps_total')).toBe(1)
    expect(await ingest.metric('gap_seconds_total')).toBeCloseTo(8 * 86_400, -1)
  })
})

/** Where the pipeline that wrote these stopped. */
function furthest(spelled: readonly string[]): Cursor {
  const last = mergeCursors(spelled.map(parseCursor).filter(cursor => cursor !== undefined))
  if (!last) throw new Error('no record has a cursor')
  return last
}

function ids(records: Awaited<ReturnType<TestPipeline['records']>>): string[] {
  return records.map(({ value }) => JSON.parse(String(value)).meta.id)
}
