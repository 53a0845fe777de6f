import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Pool } from 'pg'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../../test/engines/postgres.ts'
import { LogRangeError } from '../platform/kafka.ts'
import { type ObjectStore, openObjectStore } from '../platform/object-store.ts'
import { StoreError } from '../platform/object-store-error.ts'
import { connectionOptions } from '../platform/postgres.ts'
import { type LakeContext, type LakePartition, startPartition } from './partition.ts'
import { readFooter, readRows } from './reader.ts'
import { type LakeRecord, toLakeRecord } from './record.ts'
import { otherCluster } from './seal.ts'

let postgres: TestPostgres
let pool: Pool
let asOwner: Pool
let root: string
let store: ObjectStore
let running: LakePartition[] = []
beforeAll(async () => {
  postgres = await startTestPostgres()
  const { owner, writer } = await postgres.database()
  pool = new Pool({ ...connectionOptions(writer), max: 4 })
  // A connection that the server ends is no failure of a test.
  pool.on('error', () => {})
  asOwner = new Pool({ ...connectionOptions(owner), max: 1 })
  asOwner.on('error', () => {})
})
afterAll(async () => {
  await pool?.end()
  await asOwner?.end()
  await postgres?.stop()
})
beforeEach(async () => {
  await asOwner.query('TRUNCATE lake_offset, lake_range')
  root = mkdtempSync(join(tmpdir(), 'wikiflow-lake-'))
  store = await openObjectStore(pathToFileURL(root).href)
})
afterEach(() => {
  for (const partition of running) partition.stop()
  running = []
  rmSync(root, { recursive: true, force: true })
})

/** Polls until it is so; the machine may be busy with other suites. */
const until = (check: () => unknown) => vi.waitUntil(check, { timeout: 20_000, interval: 20 })

const hourMs = 3_600_000
const startMs = Date.UTC(2026, 7, 4, 15, 59, 50)
const dead = (index: number) => Buffer.from(`not json ${index}`)

/** A log of one partition: a record a second, across a full hour after the tenth. */
function logOf(count: number, value: (index: number) => Buffer = dead): LakeRecord[] {
  return Array.from({ length: count }, (_, index) =>
    toLakeRecord({ offset: String(index), timestamp: String(startMs + index * 1_000), value: value(index) }),
  )
}

/** A lake's partition 0 over this log; it has stopped with an error when `end` says so. */
function start(log: readonly LakeRecord[], changes: Partial<LakeContext> = {}) {
  const end: { alarm?: Error; fatal?: unknown; written: string[] } = { written: [] }
  const bounds = { start: log[0]?.offset ?? 0n, end: (log.at(-1)?.offset ?? -1n) + 1n }
  const context: LakeContext = {
    tables: { pool, clusterId: 'a' },
    store,
    log: pino({ level: 'silent' }),
    troubles: new Map(),
    limits: { rows: 1_000, bytes: 1_000_000 },
    rotateMs: 3_600_000,
    encoding: work => work(),
    rereading: work => work(),
    readBounds: async () => new Map([[0, bounds]]),
    readRange: async ({ first, last }) => {
      if (first < bounds.start) throw new LogRangeError('partition 0: gone')
      return log.filter(record => record.offset >= first && record.offset <= last)
    },
    onReady: (_, next) => partition.add(log.filter(record => record.offset >= next)),
    onWritten: ({ key }) => end.written.push(key),
    onAlarm: (_, error) => {
      end.alarm = error
    },
    fatal: error => {
      end.fatal = error
    },
    ...changes,
  }
  const partition = startPartition(0, context)
  running.push(partition)
  return { partition, end, context }
}

const name = (first: number, last: number, hour = 15) =>
  `raw/dt=2026-08-04/hour=${hour}/wiki.recentchange-0-${first}-${last}.parquet`

async function keys(): Promise<string[]> {
  const found = []
  for await (const { key } of store.list('raw/')) found.push(key)
  return found
}

/** Every object's offsets in order, which must be the log's. */
async function offsetsInLake(): Promise<number[]> {
  const offsets: number[] = []
  for await (const { key } of store.list('raw/')) {
    const object = await store.read(key)
    const footer = await readFooter(object)
    const rows = await readRows(object, ['kafka_offset'])
    expect(rows).toHaveLength(footer.rows)
    offsets.push(...rows.map(row => Number(row.kafka_offset)))
  }
  return offsets.sort((a, b) => a - b)
}
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index)

async function ranges() {
  const { rows } = await pool.query(
    `SELECT first_offset::int AS first, last_offset::int AS last, rows::int, written_at IS NOT NULL AS written
       FROM lake_range ORDER BY first_offset`,
  )
  return rows
}

test('an hour ends where the log says so, whenever and in whatever pieces the records come', async () => {
  const log = logOf(25)
  const { partition } = start(log, { onReady: () => {} })
  await until(() => partition.next() !== undefined)
  for (let index = 0; index < log.length; index += 7) partition.add(log.slice(index, index + 7))
  await partition.flush()
  expect(await keys()).toEqual([name(0, 9), name(10, 24, 16)])
  expect(await ranges()).toEqual([
    { first: 0, last: 9, rows: 10, written: true },
    { first: 10, last: 24, rows: 15, written: true },
  ])
})

test('clocks that step back make more objects, and lose no record', async () => {
  const log = logOf(12).map((record, index) => ({
    ...record,
    appendedAtMs: startMs + (index % 3 === 0 ? hourMs : 0),
  }))
  const { partition } = start(log)
  await until(() => partition.next() === 12n)
  await partition.flush()
  expect(await offsetsInLake()).toEqual(upTo(12))
})

test('time alone writes what is held, when no further record comes', async () => {
  const { partition, end } = start(logOf(3), { rotateMs: 50 })
  await until(() => {
    partition.tick()
    return end.written.length > 0
  })
  expect(end.written).toEqual([name(0, 2)])
})

test('an object is full by rows and by bytes', async () => {
  const { partition } = start(
    logOf(9, index => Buffer.alloc(index === 4 ? 900 : 10)),
    { limits: { rows: 3, bytes: 1_000 } },
  )
  await until(() => partition.next() === 9n)
  await partition.flush()
  expect(await keys()).toEqual([name(0, 2), name(3, 5), name(6, 8)].sort())
  const large = start(
    logOf(14, index => Buffer.alloc(index === 11 ? 2_000 : 10)),
    { limits: { rows: 30, bytes: 1_000 } },
  )
  await until(() => large.partition.next() === 14n)
  await large.partition.flush()
  expect((await ranges()).slice(3)).toMatchObject([
    { first: 9, last: 9 },
    { first: 10, last: 10 },
    { first: 11, last: 11 },
    { first: 12, last: 13 },
  ])
})

test('holes in the log belong to the range around them', async () => {
  const log = logOf(9).filter(record => ![0n, 4n, 5n].includes(record.offset))
  const { partition } = start(log, { readBounds: async () => new Map([[0, { start: 0n, end: 9n }]]) })
  await until(() => partition.next() === 9n)
  await partition.flush()
  expect(await ranges()).toEqual([{ first: 0, last: 8, rows: 6, written: true }])
  expect(await offsetsInLake()).toEqual([1, 2, 3, 6, 7, 8])
})

test('killed after the seal: who comes next writes that very range from the log', async () => {
  const log = logOf(8)
  const never = { ...store, putNew: () => new Promise<never>(() => {}) }
  const first = start(log.slice(0, 5), { store: never })
  await until(() => first.partition.next() === 5n)
  void first.partition.flush()
  await until(async () => (await ranges()).length === 1)
  first.partition.stop()
  expect(await keys()).toEqual([])

  const second = start(log)
  await until(() => second.partition.next() === 8n)
  expect(await ranges()).toEqual([{ first: 0, last: 4, rows: 5, written: true }])
  await second.partition.flush()
  expect(await keys()).toEqual([name(0, 4), name(5, 7)])
})

test('killed after the put: who comes next finds the same bytes, and notes them', async () => {
  const log = logOf(8)
  const silent: ObjectStore = {
    ...store,
    putNew: async (...object) => {
      await store.putNew(...object)
      return new Promise<never>(() => {})
    },
  }
  const first = start(log, { store: silent })
  await until(() => first.partition.next() === 8n)
  void first.partition.flush()
  await until(async () => (await keys()).length === 1)
  first.partition.stop()
  expect(await ranges()).toMatchObject([{ written: false }])

  const outcomes: string[] = []
  start(log, { onWritten: (_, object) => outcomes.push(object.outcome) })
  await until(() => outcomes.length === 1)
  expect(outcomes).toEqual(['same bytes'])
  expect(await ranges()).toMatchObject([{ written: true }])
  const { rows } = await pool.query('SELECT bytes::int, sha256 FROM lake_range')
  expect(rows[0]).toMatchObject({ bytes: (await store.head(name(0, 7)))?.bytes, sha256: expect.any(String) })
})

test('of two uploaders one wins each range; the other throws its records away and goes on behind it', async () => {
  const log = logOf(60)
  const contenders = [
    start(log, { limits: { rows: 4, bytes: 1e6 } }),
    start(log, { limits: { rows: 7, bytes: 1e6 } }),
  ]
  await until(async () => {
    await Promise.all(contenders.map(({ partition }) => partition.flush()))
    return (await offsetsInLake()).length === 60
  })
  expect(await offsetsInLake()).toEqual(upTo(60))
  for (const { end } of contenders) expect([end.alarm, end.fatal]).toEqual([undefined, undefined])
  expect((await ranges()).every(range => range.written)).toBe(true)
})

test('an object of other content under our key stops the partition, and stays as it is', async () => {
  const log = logOf(3)
  const path = join(root, name(0, 2))
  await mkdir(dirname(path), { recursive: true })
  writeFileSync(path, 'somebody else was here')
  const { partition, end } = start(log)
  await until(() => partition.next() === 3n)
  await partition.flush()
  expect(end.alarm?.message).toContain(`${name(0, 2)} holds other content than offsets 0 to 2 of partition 0`)
  expect(partition.next()).toBeUndefined()
  expect((await store.read(name(0, 2))).toString()).toBe('somebody else was here')
  expect(await ranges()).toMatchObject([{ written: false }])
})

/** Lets a lake with a database of its own write these records, at the keys that ours will use. */
async function writtenByAnother(
  log: readonly LakeRecord[],
  changes: Partial<LakeContext> = {},
): Promise<void> {
  const { writer } = await postgres.database()
  const theirs = new Pool(connectionOptions(writer))
  const { partition } = start(log, { ...changes, tables: { pool: theirs, clusterId: 'theirs' } })
  await until(() => partition.next() === BigInt(log.length))
  await partition.flush()
  partition.stop()
  await theirs.end()
}

test('an object of another log under our key is told apart by its rows', async () => {
  await writtenByAnother(logOf(3, index => Buffer.from(index === 1 ? 'x' : `not json ${index}`)))
  const { partition, end } = start(logOf(3))
  await until(() => partition.next() === 3n)
  await partition.flush()
  expect(end.alarm?.message).toContain('its row of offset 1 is different')
})

test('an object that another release wrote in other bytes is taken, for its events are the same', async () => {
  // To that release, what we count as an event was a dead letter.
  const event =
    '{"meta":{"dt":"2026-08-04T15:59:50Z"},"type":"edit","wiki":"w","namespace":0,"title":"t","bot":false,"minor":false}'
  const log = logOf(2, () => Buffer.from(event))
  await writtenByAnother(log.map(record => ({ ...record, oversizedBytes: 1 })))
  const outcomes: string[] = []
  const { partition } = start(log, { onWritten: (_, object) => outcomes.push(object.outcome) })
  await until(() => partition.next() === 2n)
  await partition.flush()
  expect(outcomes).toEqual(['same events'])
  const { rows } = await pool.query('SELECT sha256 FROM lake_range')
  const there = createHash('sha256')
    .update(await store.read(name(0, 1)))
    .digest('hex')
  expect(rows).toEqual([{ sha256: there }])
})

test('the lake knows another cluster by its offsets', async () => {
  const { partition } = start(logOf(1))
  await until(() => partition.next() === 1n)
  expect(await otherCluster({ pool, clusterId: 'a' })).toBeUndefined()
  expect(await otherCluster({ pool, clusterId: 'b' })).toBe('a')
})

test('what retention took before it was sealed is an error with its offsets, never a gap', async () => {
  const before = start(logOf(5))
  await until(() => before.partition.next() === 5n)
  await before.partition.flush()
  before.partition.stop()
  const { end } = start(logOf(20).slice(9))
  await until(() => end.fatal !== undefined)
  expect(String(end.fatal)).toMatch(
    /partition 0: the log's retention took offsets 5 to 8 before the lake had them/,
  )
})

test('a sealed range that retention took is found in the lake, when its object was put before the kill', async () => {
  const log = logOf(8)
  const silent: ObjectStore = {
    ...store,
    putNew: async (...object) => {
      await store.putNew(...object)
      return new Promise<never>(() => {})
    },
  }
  const first = start(log, { store: silent })
  await until(() => first.partition.next() === 8n)
  void first.partition.flush()
  await until(async () => (await keys()).length === 1)
  first.partition.stop()
  const later = logOf(20).slice(8)
  const second = start(later)
  await until(() => second.partition.next() === 20n)
  expect((await ranges())[0]).toMatchObject({ first: 0, last: 7, written: true })
})

test('a sealed range that retention took, and that is nowhere in the lake, is an error', async () => {
  const never = { ...store, putNew: () => new Promise<never>(() => {}) }
  const first = start(logOf(5), { store: never })
  await until(() => first.partition.next() === 5n)
  void first.partition.flush()
  await until(async () => (await ranges()).length === 1)
  first.partition.stop()
  const { end } = start(logOf(20).slice(9))
  await until(() => end.fatal !== undefined)
  expect(String(end.fatal)).toContain(
    'offsets 0 to 4 of partition 0 are sealed but neither in the lake nor in the log',
  )
})

test('a topic that was made anew is an error with its offsets', async () => {
  const before = start(logOf(5))
  await until(() => before.partition.next() === 5n)
  await before.partition.flush()
  before.partition.stop()
  const { end } = start(logOf(2))
  await until(() => end.fatal !== undefined)
  expect(String(end.fatal)).toMatch(/partition 0: the lake continues at offset 5, but the log ends at 2/)
})

test('a lake that is away is waited for, with the reason at hand, and nothing is lost', async () => {
  let failures = 2
  const flaky: ObjectStore = {
    ...store,
    putNew: (...object) =>
      failures-- > 0 ? Promise.reject(new StoreError('the disk is full')) : store.putNew(...object),
  }
  const { partition, context } = start(logOf(3), { store: flaky })
  await until(() => partition.next() === 3n)
  const flushed = partition.flush()
  await until(() => context.troubles.size > 0)
  expect([...context.troubles]).toEqual([[`partition 0: writing ${name(0, 2)}`, 'the disk is full']])
  await flushed
  expect(context.troubles.size).toBe(0)
  expect(await offsetsInLake()).toEqual([0, 1, 2])
})

test('a database that restarts is waited for, at whatever step it went', async () => {
  const log = logOf(40)
  const { partition, end } = start(log, { limits: { rows: 2, bytes: 1e6 } })
  await until(() => end.written.length > 2)
  await postgres.restart()
  await partition.flush()
  expect(end.fatal).toBeUndefined()
  expect(await offsetsInLake()).toEqual(upTo(40))
})
