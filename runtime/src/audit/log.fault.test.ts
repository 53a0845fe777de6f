import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Broker, startBroker } from '../../../ops/lib/local/broker/broker.ts'
import { topic } from '../contract.ts'
import { readLogEnds } from '../platform/kafka.ts'
import { testRecords } from './fixture-events.ts'
import {
  append,
  type Copy,
  connect,
  copyOf,
  countRest,
  makePipeline,
  type Pipeline,
  shortly,
} from './fixtures.ts'

let pipeline: Pipeline
let folder: string
let broker: Broker | undefined
let copy: Copy | undefined
beforeAll(async () => {
  pipeline = await makePipeline()
  await pipeline.broker.stop()
})
afterAll(() => pipeline?.stop())
afterEach(async () => {
  await copy?.stop()
  await broker?.stop()
  copy = undefined
  broker = undefined
  rmSync(folder, { recursive: true, force: true })
})

/** Starts a broker on a copy of the log, after something was done to its files, and an audit of it. */
async function withLog(change: (folder: string) => void = () => {}): Promise<Copy> {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-audit-log-'))
  cpSync(pipeline.brokerFolder, folder, { recursive: true })
  change(folder)
  broker = await startBroker({ dataDir: folder, port: 0, groupInitialDelayMs: 0 })
  copy = await copyOf(pipeline, connect(broker))
  return copy
}

async function deleteBefore(offset: bigint, partition: number): Promise<void> {
  if (!broker) throw new Error('no broker')
  const admin = connect(broker).admin()
  await admin.connect()
  await readLogEnds(admin)
  await admin.deleteTopicRecords({ topic: topic.name, partitions: [{ partition, offset: String(offset) }] })
  await admin.disconnect()
}

test('a pipeline that nobody touched is conserved, in its books and record by record', async () => {
  const here = await withLog()
  const report = await here.audit()
  expect(shortly(report)).toEqual([])
  expect(report.totals).toMatchObject({ records: 370n, lakeObjects: 6, lakePending: 1, lag: 10n })
  expect(report.totals.events + report.totals.deadLetters).toBe(370n)
  expect(report.totals.read).toBe(375n)
  expect(shortly(await here.audit('books'))).toEqual([])
})

test('what retention took after it was counted is not lost', async () => {
  const here = await withLog()
  await deleteBefore(10_020n, 0)
  const report = await here.audit()
  expect(shortly(report)).toEqual([])
  expect(report.partitions[0]?.read).toEqual({ records: 120n, retired: 120n })
})

test('what retention took before it was counted is named', async () => {
  const here = await withLog()
  await deleteBefore(38n, 2)
  for (const depth of ['full', 'books'] as const) {
    expect(shortly(await here.audit(depth))).toEqual([
      'log_lost consumer_offset p2 30-37',
      'log_lost lake_offset p2 35-37',
    ])
  }
})

test('a range that is sealed and can no more be written, for the log lost it, is named', async () => {
  const here = await withLog()
  await deleteBefore(60n, 1)
  expect(shortly(await here.audit())).toEqual([expect.stringMatching(/^log_lost lake_range p1 40-59 raw/)])
})

test('an event that stands in the log twice, and is counted twice, is named', async () => {
  const here = await withLog()
  if (!broker) throw new Error('no broker')
  const kafka = connect(broker)
  await append(kafka, 0, testRecords(0, 240, 6_000).slice(230, 232))
  await countRest(kafka, here, 0)
  const report = await here.audit()
  expect(shortly(report)).toEqual(['log_duplicate log p0 10140-10141'])
  expect(report.findings.listed[0]?.says).toContain('offset 10130')
})

test('a log that lost its end is named with the offsets', async () => {
  const here = await withLog(root => removeSegments(root, 0, segments => segments.slice(-1)))
  for (const depth of ['full', 'books'] as const) {
    expect(shortly(await here.audit(depth))).toEqual(['log_missing log p0 10100-10139'])
  }
})

test('a broker that lost a segment in the middle, and gives nothing, is given up with the offsets', async () => {
  const here = await withLog(root => removeSegments(root, 0, segments => segments.slice(-3, -2)))
  await expect(here.audit()).rejects.toThrow('partition 0 from offset 10000 on')
}, 60_000)

test('another log than the one that was counted is told as that alone', async () => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-audit-log-'))
  broker = await startBroker({ dataDir: folder, port: 0, groupInitialDelayMs: 0 })
  const kafka = connect(broker)
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic: topic.name, numPartitions: 12 }] })
  await admin.disconnect()
  copy = await copyOf(pipeline, kafka)
  expect(shortly(await copy.audit())).toEqual(['other_cluster consumer_offset', 'other_cluster lake_offset'])
})

/** Removes some of a partition's segments, which are named by their first offset, with their indexes. */
function removeSegments(root: string, partition: number, choose: (segments: string[]) => string[]): void {
  const folder = join(root, 'topics', `${topic.name}-${partition}`)
  const segments = readdirSync(folder)
    .filter(name => name.endsWith('.log'))
    .sort()
  for (const segment of choose(segments)) {
    for (const name of readdirSync(folder))
      if (name.startsWith(segment.slice(0, 20))) rmSync(join(folder, name))
  }
}
