import { describe, expect, test } from 'vitest'
import { decode } from './decode.ts'
import { editJson, recordOf } from './fixtures.ts'
import { bytesChanged, sizeClass } from './size.ts'

function bytesOf(fields: Record<string, unknown>): number | undefined {
  const decoded = decode(recordOf(editJson(fields)))
  return decoded.ok ? bytesChanged(decoded.event) : Number.NaN
}

describe('bytes changed', () => {
  test('are the new size less the old one, and negative when text went', () => {
    expect(bytesOf({ length: { old: 100, new: 131 } })).toBe(31)
    expect(bytesOf({ length: { old: 131, new: 0 } })).toBe(-131)
  })
  test("of a new page are its size: the source sends no 'old'", () => {
    expect(bytesOf({ type: 'new', length: { new: 18711 } })).toBe(18711)
    expect(bytesOf({ type: 'new', length: { old: null, new: 5 } })).toBe(5)
  })
  test('are unknown for an edit that lacks a size, and for what is not about content', () => {
    expect(bytesOf({ length: { new: 5 } })).toBeUndefined()
    expect(bytesOf({ length: undefined })).toBeUndefined()
    expect(bytesOf({ type: 'log', length: { old: 1, new: 5 } })).toBeUndefined()
  })
})

test.each([
  [0, 'size_0'],
  [1, 'size_10'],
  [-10, 'size_10'],
  [11, 'size_100'],
  [100, 'size_100'],
  [-101, 'size_1000'],
  [1_000, 'size_1000'],
  [1_001, 'size_10000'],
  [10_000, 'size_10000'],
  [-10_001, 'size_over'],
] as const)('a change of %d bytes is of class %s', (bytes, size) => {
  expect(sizeClass(bytes)).toBe(size)
})
