import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deadLetterHeadBytes } from '../contract.ts'
import { aggregate, type Counted } from './aggregate.ts'
import { decode } from './decode.ts'
import { appendedAtMs, editJson, recordOf } from './fixtures.ts'
import { foldInto } from './fold.ts'
import { type LogRecord } from './record.ts'
import { columnsOf, type Row, type Rows, type TableName, tableNames } from './tables.ts'

const countedAtMs = appendedAtMs + 400

function counted(value: object | string, fields: Partial<LogRecord> = {}): Counted {
  const record = recordOf(value, fields)
  return { record, decoded: decode(record) }
}

const rowsOf = (...values: (object | string)[]) =>
  aggregate(
    3,
    values.map((value, i) => counted(value, { offset: BigInt(9_999 + i) })),
    countedAtMs,
  )

describe('a minor edit by a registered user', () => {
  const rows = rowsOf(editJson())
  test('is counted at its own minute, by wiki, type and editor', () => {
    expect(rows.activity_minute).toEqual([
      expect.objectContaining({
        ...{ minute: '2026-08-04T15:24:00.000Z', wiki: 'enwiki', type: 'edit', editor: 'registered' },
        ...{
          events: 1,
          bytes_added: 31,
          bytes_removed: 0,
          minor: 1,
          major: 0,
          reverts: 0,
          size_100: 1,
          size_10: 0,
        },
      }),
    ])
    expect(rows.namespace_minute).toEqual([
      { minute: '2026-08-04T15:24:00.000Z', wiki: 'enwiki', namespace: 0, events: 1 },
    ])
  })
  test('is counted at its hour, by page and user', () => {
    const counts = { edits: 1, bytes_added: 31, bytes_removed: 0, reverts: 0 }
    const hour = '2026-08-04T15:00:00.000Z'
    expect(rows.page_hour).toEqual([
      { hour, wiki: 'enwiki', title: 'Garden', ...counts, editors: [expect.any(BigInt)] },
    ])
    expect(rows.user_hour).toEqual([{ hour, user_name: 'Careful Gardener', editor: 'registered', ...counts }])
  })
  test('stands in the feed, the ledger and the flow, and names its wiki', () => {
    expect(rows.recent_change).toEqual([
      {
        ...{ partition: 3, offset: 9_999n, dt: '2026-08-04T15:24:30.141Z', wiki: 'enwiki', type: 'edit' },
        ...{ namespace: 0, title: 'Garden', user_name: 'Careful Gardener', editor: 'registered' },
        ...{ minor: true, revert: false, bytes: 31, comment: '/* Tools */ spelling' },
      },
    ])
    expect(rows.count_ledger).toEqual([{ partition: 3, block: 0n, events: 1, dead: 0 }])
    expect(rows.flow_minute).toEqual([
      expect.objectContaining({
        minute: '2026-08-04T15:24:00.000Z',
        partition: 3,
        processed: 1,
        delay_2s: 1,
      }),
    ])
    expect(rows.wiki).toEqual([
      { wiki: 'enwiki', server_name: 'en.wikipedia.org', project: 'wikipedia', language: 'en' },
    ])
    expect(rows.log_minute).toEqual([])
    expect(rows.dead_letter).toEqual([])
  })
})

test('a categorization is an event, but neither an edit of its page nor minor or major', () => {
  const rows = rowsOf(editJson({ type: 'categorize', namespace: 14 }))
  expect(rows.activity_minute).toEqual([
    expect.objectContaining({ type: 'categorize', events: 1, minor: 0, major: 0, bytes_added: 0, size_0: 0 }),
  ])
  expect(rows.page_hour).toEqual([])
  expect(rows.user_hour).toEqual([])
})

test('a log event is counted by its type and action', () => {
  expect(rowsOf(editJson({ type: 'log', log_type: 'move', log_action: 'move_redir' })).log_minute).toEqual([
    {
      minute: '2026-08-04T15:24:00.000Z',
      wiki: 'enwiki',
      log_type: 'move',
      log_action: 'move_redir',
      events: 1,
    },
  ])
})

test('an edit whose author is hidden counts for its page, for no user, and as no distinct editor', () => {
  const rows = rowsOf(editJson({ user: undefined }))
  expect(rows.page_hour).toEqual([expect.objectContaining({ edits: 1, editors: [] })])
  expect(rows.user_hour).toEqual([])
})

test('a page edited thrice by two has three edits and two editors', () => {
  const rows = rowsOf(editJson(), editJson({ user: 'Example Reader' }), editJson())
  expect(rows.page_hour).toEqual([expect.objectContaining({ edits: 3, bytes_added: 93 })])
  expect(rows.page_hour[0]?.editors).toHaveLength(2)
})

test('bytes that went are summed apart from bytes that came', () => {
  const rows = rowsOf(editJson({ length: { old: 50, new: 20 } }), editJson({ length: { old: 20, new: 25 } }))
  expect(rows.activity_minute).toEqual([
    expect.objectContaining({ bytes_added: 5, bytes_removed: -30, size_10: 1, size_100: 1 }),
  ])
})

test('a dead letter is counted at the minute it came, with its whole size and the start of its bytes', () => {
  const value = `{"type": ${'x'.repeat(100_000)}`
  const rows = rowsOf(value)
  expect(rows.flow_minute).toEqual([
    expect.objectContaining({ minute: '2026-08-04T15:24:00.000Z', processed: 0, dead: 1 }),
  ])
  expect(rows.dead_letter).toEqual([
    expect.objectContaining({ partition: 3, offset: 9_999n, reason: 'not_json', value_bytes: value.length }),
  ])
  expect(rows.dead_letter[0]?.value_head).toHaveLength(deadLetterHeadBytes)
  expect(rows.activity_minute).toEqual([])
})

test('the ledger parts its blocks at ten thousand offsets', () => {
  expect(rowsOf(editJson(), 'poison', editJson()).count_ledger).toEqual([
    { partition: 3, block: 0n, events: 1, dead: 0 },
    { partition: 3, block: 1n, events: 1, dead: 1 },
  ])
})

test('late, simulated, replayed and repaired events are counted as such', () => {
  const items = [
    counted(editJson(), { appendedAtMs: appendedAtMs + 60_000 }),
    counted(editJson(), { offset: 1n, source: 'simulate' }),
    counted(editJson({ comment: '\0' }), { offset: 2n, source: 'replay' }),
  ]
  expect(aggregate(0, items, countedAtMs).flow_minute).toEqual([
    expect.objectContaining({ processed: 3, late: 1, simulated: 1, replayed: 1, repaired: 1, delay_2s: 3 }),
  ])
})

test.each([
  [-5_000, 'delay_1s'],
  [1_000, 'delay_1s'],
  [1_001, 'delay_2s'],
  [300_000, 'delay_300s'],
  [300_001, 'delay_over'],
] as const)('an event counted %d ms after it happened is of class %s', (delayMs, column) => {
  const item = counted(editJson())
  const atMs = (item.decoded.ok ? item.decoded.event.dtMs : 0) + delayMs
  expect(aggregate(0, [item], atMs).flow_minute[0]).toMatchObject({ [column]: 1 })
})

test('a comment is cut at 500 characters, none of them half', () => {
  const rows = rowsOf(editJson({ comment: '\u{1f30d}'.repeat(501) }))
  expect(rows.recent_change[0]?.comment).toBe('\u{1f30d}'.repeat(500))
})

/** Batches of events that often share keys, some of them poison. */
const batches = fc.array(
  fc
    .record({
      type: fc.constantFrom('edit', 'new', 'log', 'categorize', 'flow'),
      wiki: fc.constantFrom('enwiki', 'viwiki', ''),
      title: fc.constantFrom('Garden', 'Vườn', '\0'),
      user: fc.constantFrom('Careful Gardener', '203.0.113.7', null),
      minute: fc.integer({ min: 0, max: 2 }),
      length: fc.record({ old: fc.nat(20_000), new: fc.nat(20_000) }),
    })
    .map(({ minute, ...fields }) =>
      editJson({ ...fields, meta: { dt: new Date(Date.UTC(2026, 7, 4, 13, 59 + minute)).toISOString() } }),
    ),
  { maxLength: 60 },
)

test('the rows of a batch are the sums of the rows of its parts, wherever it is cut', () => {
  fc.assert(
    fc.property(batches, fc.nat(), (events, cut) => {
      const items = events.map((event, i) => counted(event, { offset: BigInt(i) }))
      const at = items.length === 0 ? 0 : cut % items.length
      const parts = [items.slice(0, at), items.slice(at)].map(part => aggregate(0, part, countedAtMs))
      const whole = aggregate(0, items, countedAtMs)
      for (const table of tableNames) expect(whole[table], table).toEqual(added(table, parts))
    }),
  )
})

test('every table has one row a key, in the order of its key', () => {
  fc.assert(
    fc.property(batches, events => {
      const items = events.map((event, i) => counted(event, { offset: BigInt(i) }))
      const rows = aggregate(0, items, countedAtMs)
      for (const table of tableNames) {
        const keys = columnsOf(table).filter(({ role }) => role === 'key')
        const values = rows[table].map(row => keys.map(({ name }) => row[name as keyof typeof row]))
        for (const [i, value] of values.entries()) {
          const before = values[i - 1]
          if (before) expect(isBefore(before, value), `${table}: ${before} before ${value}`).toBe(true)
        }
      }
    }),
  )
})

function isBefore(
  a: readonly (string | number | bigint)[],
  b: readonly (string | number | bigint)[],
): boolean {
  for (const [i, value] of a.entries()) {
    const other = b[i]
    if (other !== undefined && value !== other) return value < other
  }
  return false
}

function added<T extends TableName>(table: T, parts: readonly Rows[]): Row<T>[] {
  const fold = foldInto(table)
  for (const part of parts) for (const row of part[table]) fold.add(row)
  return fold.sorted()
}
