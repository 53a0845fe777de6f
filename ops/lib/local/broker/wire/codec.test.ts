import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  array,
  bool,
  int8,
  int32,
  int64,
  nullableBytes,
  nullableString,
  since,
  string,
  struct,
} from './codec.ts'
import { MalformedError, Reader } from './reader.ts'
import { Writer } from './writer.ts'

const message = struct({
  flag: bool,
  small: int8,
  big: int64,
  name: nullableString,
  data: since(2, nullableBytes, null),
  items: array(struct({ id: int32, label: string })),
})

function written(value: Parameters<typeof message.write>[1], version: number): Buffer {
  const to = new Writer()
  message.write(to, value, version)
  const bytes = Buffer.concat(to.chunks())
  expect(to.length).toBe(bytes.length)
  return bytes
}

const arbitrary = fc.record({
  flag: fc.boolean(),
  small: fc.integer({ min: -128, max: 127 }),
  big: fc.maxSafeInteger(),
  name: fc.option(fc.string({ unit: 'grapheme' })),
  data: fc.option(fc.uint8Array({ maxLength: 10_000 }).map(bytes => Buffer.from(bytes))),
  items: fc.array(fc.record({ id: fc.integer(), label: fc.string({ unit: 'binary' }) })),
})

it('reads back what it wrote, whatever it was', () => {
  fc.assert(
    fc.property(arbitrary, fc.integer({ min: 0, max: 3 }), (value, version) => {
      const expected = version >= 2 ? value : { ...value, data: null }
      expect(message.read(new Reader(written(value, version)), version)).toEqual(expected)
    }),
  )
})

it('takes every truncation for malformed, and nothing else', () => {
  fc.assert(
    fc.property(arbitrary, fc.nat(), (value, cut) => {
      const bytes = written(value, 2)
      const short = bytes.subarray(0, cut % bytes.length)
      expect(() => message.read(new Reader(short), 2)).toThrow(MalformedError)
    }),
  )
})

it('refuses an array length before it makes room for it', () => {
  const bytes = Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 0])
  expect(() => array(int8).read(new Reader(bytes), 0)).toThrow('array of 2147483647 items in 2 bytes')
  expect(() => array(int8).read(new Reader(Buffer.from([0xff, 0xff, 0xff, 0xfe])), 0)).toThrow(MalformedError)
})

it('refuses null where a value must stand', () => {
  expect(() => string.read(new Reader(Buffer.from([0xff, 0xff])), 0)).toThrow(
    'null where a string must stand',
  )
})

it('refuses a 64-bit value that a number would round', () => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(2n ** 53n)
  expect(() => int64.read(new Reader(bytes), 0)).toThrow(MalformedError)
  bytes.writeBigInt64BE(2n ** 53n - 1n)
  expect(int64.read(new Reader(bytes), 0)).toBe(Number.MAX_SAFE_INTEGER)
})

it('reads varints of every size, and ends one that goes on for ever', () => {
  expect(new Reader(Buffer.from([0x00])).varint()).toBe(0)
  expect(new Reader(Buffer.from([0x01])).varint()).toBe(-1)
  expect(new Reader(Buffer.from([0xac, 0x02])).varint()).toBe(150)
  expect(() => new Reader(Buffer.alloc(20, 0xff)).varint()).toThrow(MalformedError)
})

it('passes large payloads on without copying them, in their place', () => {
  const payload = Buffer.alloc(100_000, 7)
  const to = new Writer()
  to.int32(1)
  to.bytes(payload)
  to.int32(2)
  const chunks = to.chunks()
  expect(chunks).toContain(payload)
  expect(Buffer.concat(chunks)).toEqual(
    Buffer.concat([Buffer.from([0, 0, 0, 1]), payload, Buffer.from([0, 0, 0, 2])]),
  )
})
