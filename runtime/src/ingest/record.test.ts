import { describe, expect, test } from 'vitest'
import { deadLetterHeadBytes, headers } from '../contract.ts'
import { identify, readEnvelope } from './identity.ts'
import { type Arrival, admit } from './intake.ts'
import { recordBytes } from './record.ts'
import { createSeen } from './seen.ts'
import { readTrace } from './tail-notes.ts'

const cursor = [{ topic: 'eqiad.mediawiki.recentchange', partition: 0, timestamp: 1_785_857_069_725 }]
const edit = {
  $schema: '/mediawiki/recentchange/1.0.0',
  meta: {
    id: '7c3c9c2e-0000-4000-8000-000000000001',
    domain: 'en.wikipedia.org',
    dt: '2026-08-04T15:24:29.724Z',
  },
  wiki: 'enwiki',
  title: 'Aubergine',
  user: 'InventedEditor1',
}
const frameOf = (value: unknown) => {
  const data = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value))
  return { data, size: data.length }
}

function arrive(value: unknown, seen = createSeen(60)): Arrival {
  const outcome = admit(frameOf(value), cursor, 'simulate', seen)
  if (typeof outcome === 'string') throw new Error(`expected an arrival, got ${outcome}`)
  return outcome
}

describe('poison goes into the log as it is, with a key', () => {
  test.each([
    ['no bytes at all', ''],
    ['broken JSON', '{"meta":{"id":"x"'],
    ['a number', '42'],
    ['null', 'null'],
    ['an array', '[{"meta":{}}]'],
    ['no meta', { wiki: 'enwiki', title: 'A' }],
    ['a meta that is a string', { meta: 'x', wiki: 'enwiki', title: 'A' }],
    ['100,000 levels of nesting', '['.repeat(100_000)],
  ])('%s', (_, value) => {
    const { record, isUnparsable } = arrive(value)
    expect(isUnparsable).toBe(true)
    expect(record.value).toEqual(frameOf(value).data)
    expect(record.key).toMatch(/^([\w-]{43}:\d+|empty:.+)$/)
  })

  test('an event without title, or with a number for one, is keyed by its id', () => {
    expect(arrive({ ...edit, title: undefined }).record.key).toBe(edit.meta.id)
    expect(arrive({ ...edit, title: 7 }).record.key).toBe(edit.meta.id)
  })

  test('a title of a megabyte does not become a key of a megabyte', () => {
    expect(arrive({ ...edit, title: 'A'.repeat(900_000) }).record.key).toBe(edit.meta.id)
  })

  test('a title with U+0000 and a lone surrogate is a key like any other', () => {
    const { record } = arrive('{"meta":{"id":"i"},"wiki":"enwiki","title":"a\\u0000b\\ud800"}')
    expect(record.key).toBe('enwiki|a\u0000b\ud800')
    expect(Buffer.from(record.key).length).toBeGreaterThan(0)
  })
})

test('an event keeps its bytes, the key of its page, its cursor and the name of its source', () => {
  const { record } = arrive(edit)
  expect(record).toEqual({
    key: 'enwiki|Aubergine',
    value: frameOf(edit).data,
    headers: { [headers.sseId]: JSON.stringify(cursor), [headers.source]: 'simulate' },
  })
})

test('a live event carries no source header, and one without a cursor no cursor', () => {
  const outcome = admit(frameOf(edit), undefined, 'live', createSeen(60))
  expect(typeof outcome === 'object' && outcome.record.headers).toEqual({})
})

test('canaries are dropped, even one that is repeated', () => {
  const canary = frameOf({ meta: { ...edit.meta, domain: 'canary' } })
  const seen = createSeen(60)
  expect([1, 2].map(() => admit(canary, cursor, 'live', seen))).toEqual(['canary', 'canary'])
  expect(seen.size()).toBe(0)
})

describe('what is known already is dropped', () => {
  test('by its id, though other bytes differ', () => {
    const seen = createSeen(60)
    arrive(edit, seen)
    expect(admit(frameOf({ ...edit, comment: 'again' }), cursor, 'live', seen)).toBe('duplicate')
  })
  test('two events without any bytes are told apart by their place in the stream', () => {
    const seen = createSeen(60)
    const empty = { data: Buffer.alloc(0), size: 0 }
    const later = cursor.map(position => ({ ...position, timestamp: position.timestamp + 1 }))
    const idle = { topic: 'codfw.mediawiki.recentchange', partition: 0, offset: -1 }
    const places = [
      [...cursor, idle],
      [...later, idle],
      [idle, ...cursor],
    ]
    const outcomes = places.map(place => admit(empty, place, 'live', seen))
    expect(outcomes.map(outcome => outcome === 'duplicate')).toEqual([false, false, true])
  })
  test.each(['', '{"meta":', '{"meta":{"id":""}}', '{"meta":{"id":{}}}'])('by its bytes: %j', value => {
    const seen = createSeen(60)
    arrive(value, seen)
    expect(admit(frameOf(value), cursor, 'live', seen)).toBe('duplicate')
    arrive(`${value} `, seen)
  })
  test('the set holds a bounded number and forgets the oldest first', () => {
    const seen = createSeen(60)
    for (let i = 0; i <= 12_000; i++) seen.add(`event-${i}`)
    expect(seen.size()).toBe(12_000)
    expect(seen.add('event-12000')).toBe(false)
    expect(seen.add('event-0')).toBe(true)
  })
})

describe('an oversized event', () => {
  const head = Buffer.from(
    JSON.stringify(edit).padEnd(deadLetterHeadBytes, 'x').slice(0, deadLetterHeadBytes),
  )
  const frame = { data: head, size: 10_000_000 }

  test('is a record of its head that names the true size', () => {
    const outcome = admit(frame, cursor, 'live', createSeen(60))
    expect(
      typeof outcome === 'object' && [outcome.isOversized, outcome.record.value, outcome.record.headers],
    ).toEqual([true, head, { [headers.sseId]: JSON.stringify(cursor), [headers.oversized]: '10000000' }])
  })
  test('is another than one of the same head and another size', () => {
    const seen = createSeen(60)
    admit(frame, cursor, 'live', seen)
    expect(admit(frame, cursor, 'live', seen)).toBe('duplicate')
    expect(admit({ ...frame, size: 9 * 1024 ** 2 }, cursor, 'live', seen)).not.toBe('duplicate')
  })
})

test('a record read back from the log has the identity it was stored under', () => {
  const frames = [
    frameOf(edit),
    frameOf('{"broken'),
    { data: Buffer.alloc(deadLetterHeadBytes, 'x'), size: 2_000_000 },
  ]
  for (const frame of frames) {
    const outcome = admit(frame, cursor, 'replay', createSeen(60))
    if (typeof outcome === 'string') throw new Error(outcome)
    const { value, headers } = outcome.record
    const stored = Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
    )
    const trace = readTrace({ value, headers: stored, timestamp: '1785857069800' })
    const identity = identify({ ...frame, cursor }, readEnvelope(frame.data))
    expect(trace).toEqual({ source: 'replay', cursor, identity, appendedAtMs: 1_785_857_069_800 })
  }
})

test('a record in the log without headers of ours, or without a value, is still known again', () => {
  const trace = readTrace({ value: null, timestamp: '5', headers: { [headers.sseId]: [Buffer.from('a')] } })
  expect(trace).toEqual({
    source: 'live',
    cursor: undefined,
    identity: identify({ data: Buffer.alloc(0), size: 0, cursor: undefined }, undefined),
    appendedAtMs: 5,
  })
})

test('the size that batches are bounded by counts key, value, headers and overhead', () => {
  const { record } = arrive(edit)
  const bare = record.key.length + record.value.length + JSON.stringify(cursor).length
  expect(recordBytes(record)).toBeGreaterThan(bare)
  expect(recordBytes(record)).toBeLessThan(bare + 250)
})
