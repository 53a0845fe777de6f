import fc from 'fast-check'
import { type Pool } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startTestPostgres, type TestPostgres } from '../../../test/engines/postgres.ts'
import { startTcpProxy, type TcpProxy } from '../../../test/engines/tcp-proxy.ts'
import { anyText } from '../events/fixtures.ts'
import { tableNames } from '../events/tables.ts'
import { claimPartitions } from './claim.ts'
import { readNextOffset } from './commit.ts'
import { allCounted, edits, endless, logName, sameEdits, sums, testPool } from './fixtures.ts'
import { type StoreOptions, store } from './store.ts'

// A busy machine takes ten times as long.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 120_000 })

let server: TestPostgres
let proxy: TcpProxy
let pool: Pool
let owner: Pool

beforeAll(async () => {
  server = await startTestPostgres()
  proxy = await startTcpProxy(server.port)
  const database = await server.database()
  owner = testPool(database.owner)
  pool = testPool({ ...database.writer, PGPORT: proxy.port })
})
afterAll(async () => {
  await Promise.all([owner.end(), pool.end()])
  await proxy.close()
  await server.stop()
})

beforeEach(async () => {
  proxy.refuse(false)
  await owner.query(`TRUNCATE consumer_offset, ${tableNames.join(', ')}`)
  const empty = new Map([0, 1, 2].map(partition => [partition, { start: 0n, end: 1_000_000n }]))
  await claimPartitions(owner, logName, [0, 1, 2], async () => empty)
})

const optionsOf = (fields: Partial<StoreOptions> = {}): StoreOptions => ({
  ...{ pool, key: { ...logName, partition: 0 }, patience: endless, now: () => Date.now() },
  ...fields,
})

/** Waits until a statement of a worker waits for a lock. */
async function untilBlocked(count = 1): Promise<void> {
  await vi.waitFor(async () => {
    const { rowCount } = await owner.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    expect(rowCount).toBe(count)
  })
}

describe('a batch', () => {
  test('is counted once in every table', async () => {
    const items = sameEdits(0n, 50)
    expect(await store(optionsOf(), 0n, items)).toEqual({ next: 50n, counted: items })
    expect(await sums(owner)).toEqual(allCounted(50))
  })

  test('that is delivered three times adds nothing the second and third time', async () => {
    const items = sameEdits(0n, 50)
    for (const _ of [1, 2, 3]) expect((await store(optionsOf(), 0n, items)).next).toBe(50n)
    expect(await sums(owner)).toEqual(allCounted(50))
  })

  test('of offsets with holes moves the stored offset past its last record', async () => {
    const items = [...sameEdits(0n, 2), ...sameEdits(10n, 2)]
    expect((await store(optionsOf(), 0n, items)).next).toBe(12n)
    expect((await sums(owner)).activity).toBe(4)
  })

  test('of nothing changes nothing', async () => {
    expect(await store(optionsOf(), 0n, [])).toEqual({ next: 0n, counted: [] })
  })

  test('of dead letters alone is stored with their bytes', async () => {
    const items = sameEdits(0n, 2, { type: 'flow' })
    await store(optionsOf(), 0n, items)
    expect(await sums(owner)).toEqual(allCounted(0, 2))
    const { rows } = await owner.query('SELECT reason, value_head, value_bytes FROM dead_letter')
    const head = Buffer.from(items[0]?.record.value ?? [])
    expect(rows[0]).toEqual({ reason: 'unknown_type', value_head: head, value_bytes: String(head.length) })
  })

  test('with any text that decodes is stored as it was decoded', async () => {
    const texts = fc.sample(anyText, 100)
    const items = edits(
      0n,
      texts.map(text => ({
        title: text,
        user: text.slice(0, 60),
        comment: text,
        wiki: `w${text.slice(0, 30)}`,
      })),
    )
    await store(optionsOf(), 0n, items)
    const { rows } = await owner.query<{ title: string; comment: string }>(
      'SELECT title, comment FROM recent_change ORDER BY "offset"',
    )
    const decoded = items.flatMap(({ decoded }) => (decoded.ok ? [decoded.event] : []))
    expect(rows).toEqual(decoded.map(({ title, comment }) => ({ title, comment })))
    expect(decoded.length).toBeGreaterThan(80)
  })
})

describe('two owners of a partition', () => {
  test('never both count: the one that comes second is told where the first stands', async () => {
    const zombie = store(optionsOf(), 0n, sameEdits(0n, 20))
    const owned = store(optionsOf(), 0n, sameEdits(0n, 30))
    const [a, b] = await Promise.all([zombie, owned])
    expect(a.next).toBe(b.next)
    expect(a.counted.length + b.counted.length).toBe(Number(a.next))
    expect(await sums(owner)).toEqual(allCounted(Number(a.next)))
  })

  test('where the old one hangs in its statement: the new one waits, then counts nothing twice', async () => {
    await store(optionsOf({ key: { ...logName, partition: 1 } }), 0n, sameEdits(0n, 1))
    const other = await owner.connect()
    await other.query('BEGIN; UPDATE activity_minute SET events = events')
    const zombie = store(optionsOf(), 0n, sameEdits(0n, 20))
    await untilBlocked(1)
    const owned = store(optionsOf(), 0n, sameEdits(0n, 30))
    await untilBlocked(2)
    await other.query('COMMIT')
    other.release()
    expect((await zombie).next).toBe(20n)
    expect(await owned).toEqual({ next: 20n, counted: [] })
    expect(await sums(owner)).toEqual(allCounted(21))
  })
})

test('three writers over the same rows sum exactly, with no deadlock', async () => {
  const waits: Error[] = []
  const patience = { ...endless, onWait: (error: Error) => waits.push(error) }
  const batches = 6
  const size = 200
  const write = async (partition: number) => {
    for (let batch = 0; batch < batches; batch++) {
      const first = BigInt(batch * size)
      // The same 200 pages in every batch, each time in another order: unsorted, most of these batches deadlock.
      const fields = Array.from({ length: size }, (_, i) => {
        const page = (i * 7 + partition * 101 + batch * 37) % size
        return { wiki: `wiki${page % 43}`, title: `Page ${page}`, user: `Editor ${page % 97}` }
      })
      if (batch % 2 === 1) fields.reverse()
      await store(optionsOf({ patience, key: { ...logName, partition } }), first, edits(first, fields))
    }
  }
  await Promise.all([0, 1, 2].map(write))
  expect(await sums(owner)).toEqual(allCounted(3 * batches * size))
  expect(waits).toEqual([])
})

describe('a connection that breaks', () => {
  test('after the batch was stored, before the answer came: it is counted once', async () => {
    await pool.query('SELECT 1')
    proxy.loseNextAnswer()
    const waits: string[] = []
    const patience = { ...endless, onWait: (error: Error) => waits.push(error.message) }
    const items = sameEdits(0n, 50)
    expect(await store(optionsOf({ patience }), 0n, items)).toEqual({ next: 50n, counted: items })
    expect(waits).toHaveLength(1)
    expect(await sums(owner)).toEqual(allCounted(50))
  })

  test('in the middle of the statement: it is counted once', async () => {
    await store(optionsOf(), 0n, sameEdits(0n, 1))
    const other = await owner.connect()
    await other.query('BEGIN; UPDATE activity_minute SET events = events')
    const stored = store(optionsOf(), 1n, sameEdits(1n, 49))
    await untilBlocked()
    await owner.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    await other.query('COMMIT')
    other.release()
    expect((await stored).next).toBe(50n)
    expect(await sums(owner)).toEqual(allCounted(50))
  })

  test('again and again, and is refused for a while: every batch is counted once', async () => {
    let next = 0n
    for (let batch = 0; batch < 12; batch++) {
      if (batch % 2 === 0) proxy.loseNextAnswer()
      const first: bigint = next
      next = (await store(optionsOf(), first, sameEdits(first, 10))).next
    }
    proxy.refuse(true)
    proxy.cut()
    const stored = store(optionsOf(), next, sameEdits(next, 10))
    setTimeout(() => proxy.refuse(false), 400)
    expect((await stored).next).toBe(130n)
    expect(await sums(owner)).toEqual(allCounted(130))
  })
})

describe('a database that is away', () => {
  test('through a restart: the batch waits, and is counted once', async () => {
    await store(optionsOf(), 0n, sameEdits(0n, 10))
    const restarted = server.restart()
    const stored = store(optionsOf(), 10n, sameEdits(10n, 10))
    await restarted
    expect((await stored).next).toBe(20n)
    expect(await sums(owner)).toEqual(allCounted(20))
  })

  test('behind a lock for longer than is waited: the batch is tried again, and is counted once', async () => {
    await store(optionsOf(), 0n, sameEdits(0n, 1))
    const other = await owner.connect()
    await other.query('BEGIN; LOCK TABLE activity_minute')
    const tried = Promise.withResolvers<Error>()
    const patience = { ...endless, onWait: tried.resolve }
    const stored = store(optionsOf({ patience }), 1n, sameEdits(1n, 9))
    expect(await tried.promise).toMatchObject({ code: '55P03' })
    await other.query('COMMIT')
    other.release()
    expect((await stored).next).toBe(10n)
    expect(await sums(owner)).toEqual(allCounted(10))
  })

  test('for good: the waiting ends when it is told to, and nothing is counted', async () => {
    const stop = new AbortController()
    proxy.refuse(true)
    proxy.cut()
    const patience = { signal: stop.signal, onWait: () => stop.abort(new Error('stopping')) }
    await expect(store(optionsOf({ patience }), 0n, sameEdits(0n, 10))).rejects.toThrow('stopping')
    expect(await sums(owner)).toEqual(allCounted(0))
  })

  test('with its tables gone: waiting would not mend it, so it is an error at once', async () => {
    await owner.query('ALTER TABLE activity_minute RENAME TO elsewhere')
    await expect(store(optionsOf(), 0n, sameEdits(0n, 10))).rejects.toMatchObject({ code: '42P01' })
    await owner.query('ALTER TABLE elsewhere RENAME TO activity_minute')
    expect(await readNextOffset(pool, { ...logName, partition: 0 })).toBe(0n)
  })
})

describe('a record that the database refuses', () => {
  const poisoned = (...at: number[]) =>
    edits(
      0n,
      Array.from({ length: 37 }, (_, i) => (at.includes(i) ? { wiki: 'poison' } : {})),
    )
  beforeEach(() => owner.query(`ALTER TABLE activity_minute ADD CONSTRAINT refused CHECK (wiki <> 'poison')`))
  afterEach(() => owner.query('ALTER TABLE activity_minute DROP CONSTRAINT refused'))

  test.each([[[0]], [[36]], [[11, 12, 30]]])('at %j of a batch becomes a dead letter, it alone', async at => {
    const { next, counted } = await store(optionsOf(), 0n, poisoned(...at))
    expect(next).toBe(37n)
    expect(counted).toHaveLength(37)
    expect(await sums(owner)).toEqual(allCounted(37 - at.length, at.length))
    const { rows } = await owner.query('SELECT "offset", reason, detail FROM dead_letter ORDER BY "offset"')
    expect(rows.map(row => Number(row.offset))).toEqual(at)
    expect(rows[0]).toMatchObject({
      reason: 'rejected_by_database',
      detail: expect.stringContaining('SQLSTATE 23514'),
    })
  })

  test('even as a dead letter is an error: nothing is skipped in silence', async () => {
    await owner.query('ALTER TABLE dead_letter ADD CONSTRAINT refused CHECK ("offset" <> 5)')
    await expect(store(optionsOf(), 0n, poisoned(5))).rejects.toMatchObject({ code: '23514' })
    await owner.query('ALTER TABLE dead_letter DROP CONSTRAINT refused')
    expect(await readNextOffset(pool, { ...logName, partition: 0 })).toBe(5n)
    expect(await sums(owner)).toEqual(allCounted(5))
  })
})

test('a page with ever more editors keeps about a thousand of them', async () => {
  const by = (first: number, count: number) =>
    edits(
      BigInt(first),
      Array.from({ length: count }, (_, i) => ({ user: `Editor ${first + i}` })),
    )
  const editors = async () =>
    (await owner.query('SELECT cardinality(editors) AS n, edits FROM page_hour')).rows[0]
  await store(optionsOf(), 0n, by(0, 990))
  await store(optionsOf(), 990n, by(990, 20))
  expect(await editors()).toEqual({ n: 1010, edits: '1010' })
  await store(optionsOf(), 1010n, by(1010, 20))
  expect(await editors()).toEqual({ n: 1010, edits: '1030' })
})

test('a partition whose row an operator removed is an error, not a fresh start', async () => {
  await owner.query('DELETE FROM consumer_offset WHERE partition = 0')
  await expect(store(optionsOf(), 0n, sameEdits(0n, 1))).rejects.toThrow('is gone from consumer_offset')
  expect((await sums(owner)).activity).toBe(0)
})
