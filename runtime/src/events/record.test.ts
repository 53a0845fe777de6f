import { expect, test } from 'vitest'
import { toRecord } from './record.ts'

const message = { offset: '12', timestamp: '1785857071000', value: Buffer.from('{}'), headers: {} }

test('a fetched message becomes a record of the log', () => {
  expect(
    toRecord({ ...message, headers: { source: Buffer.from('simulate'), 'oversized-bytes': '2000000' } }),
  ).toEqual({
    ...{ offset: 12n, appendedAtMs: 1785857071000, value: Buffer.from('{}') },
    ...{ source: 'simulate', oversizedBytes: 2_000_000 },
  })
})

test('offsets past 2^53 stay exact', () => {
  expect(toRecord({ ...message, offset: '9223372036854775806' }).offset).toBe(9223372036854775806n)
})

test('headers that are not ours, or not of their form, count as absent', () => {
  const headers = { source: 'moon', 'oversized-bytes': ['-5'], other: Buffer.of(0xff) }
  expect(toRecord({ ...message, headers })).toMatchObject({ source: 'live', oversizedBytes: undefined })
})

test.each([
  ['-1', 0],
  ['9223372036854775807', Date.UTC(9000, 0, 1)],
  ['noon', 0],
])('a time stamp of %s is brought to a time that the database can hold', (timestamp, ms) => {
  expect(toRecord({ ...message, timestamp }).appendedAtMs).toBe(ms)
})

test('a message without a value is a record without one', () => {
  expect(toRecord({ ...message, value: null }).value).toBeUndefined()
})
