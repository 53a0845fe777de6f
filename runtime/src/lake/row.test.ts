import { expect, test } from 'vitest'
import { restore } from './flatten.ts'
import { type LakeRecord, toLakeRecord } from './record.ts'
import { toRow } from './row.ts'

const change = {
  meta: { dt: '2026-08-04T15:24:29.724Z' },
  type: 'edit',
  namespace: 0,
  title: 'Käse',
  user: 'Anouk Example',
  bot: false,
  minor: false,
  wiki: 'dewiki',
}

function record(value: string | Buffer | null, headers: Record<string, string> = {}): LakeRecord {
  const buffer = typeof value === 'string' ? Buffer.from(value) : value
  return toLakeRecord({ offset: '7', timestamp: '1785857069000', value: buffer, headers })
}

test('a row says where its record stood and how it came', () => {
  const row = toRow(3, record(JSON.stringify(change), { 'sse-id': '[{"offset":-1}]', source: 'replay' }))
  expect(row).toMatchObject({
    kafka_partition: 3,
    kafka_offset: 7,
    kafka_timestamp: 1_785_857_069_000,
    sse_id: '[{"offset":-1}]',
    source: 'replay',
    title: 'Käse',
  })
  expect(restore(row)).toEqual(change)
})

test('a record without headers came from the live stream', () => {
  expect(toRow(3, record('{}'))).toMatchObject({ source: 'live', sse_id: undefined })
})

test.each([
  ['not_json', '{"title":"a'],
  ['not_utf8', Buffer.from([0x7b, 0xff, 0x7d])],
  ['not_object', '[]'],
  ['empty', ''],
  ['unknown_type', JSON.stringify({ ...change, type: 'move' })],
  ['canary', '{"meta":{"domain":"canary"}}'],
])(
  'a dead letter (%s) is its bytes alone, so that counts of the lake and of the tables agree',
  (reason, value) => {
    const row = toRow(0, record(value))
    expect(row.error).toBe(reason)
    expect(row.title).toBeUndefined()
    expect(row.inexact).toBeUndefined()
    expect(restore(row)).toEqual(Buffer.from(value))
  },
)

test('of an oversized event the head is kept, and how large it was', () => {
  const row = toRow(0, record('{"comment":"aaa', { 'oversized-bytes': '2000000' }))
  expect(row).toMatchObject({
    error: 'oversized',
    oversized_bytes: 2_000_000,
    raw: Buffer.from('{"comment":"aaa'),
  })
})

test('a record without a value is a row as well', () => {
  const row = toRow(0, record(null))
  expect(row).toMatchObject({ kafka_offset: 7, error: 'empty' })
  expect(restore(row)).toBeUndefined()
})
