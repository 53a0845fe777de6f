import { expect, it } from 'vitest'
import { expiredSegments } from './retention.ts'

const segments = [1, 2, 3, 4].map(hour => ({ bytes: 100, newestMs: hour * 3_600_000 }))
const now = 5 * 3_600_000
const never = { retentionMs: -1, retentionBytes: -1 }

it('takes nothing without limits', () => {
  expect(expiredSegments(segments, never, now)).toBe(0)
})

it('takes segments whose newest record is too old, and not one that is just old enough', () => {
  expect(expiredSegments(segments, { ...never, retentionMs: 3 * 3_600_000 }, now)).toBe(1)
  expect(expiredSegments(segments, { ...never, retentionMs: 3 * 3_600_000 - 1 }, now)).toBe(2)
  expect(expiredSegments(segments, { ...never, retentionMs: 0 }, now)).toBe(4)
})

it('never takes a segment behind one that stays: a log has no holes', () => {
  const shuffled = [{ bytes: 100, newestMs: now }, ...segments]
  expect(expiredSegments(shuffled, { ...never, retentionMs: 1_000 }, now)).toBe(0)
})

it('keeps at least as many bytes as are allowed', () => {
  expect(expiredSegments(segments, { ...never, retentionBytes: 400 }, now)).toBe(0)
  expect(expiredSegments(segments, { ...never, retentionBytes: 300 }, now)).toBe(1)
  expect(expiredSegments(segments, { ...never, retentionBytes: 299 }, now)).toBe(1)
  expect(expiredSegments(segments, { ...never, retentionBytes: 1 }, now)).toBe(3)
  expect(expiredSegments(segments, { ...never, retentionBytes: 0 }, now)).toBe(4)
})

it('does not take a segment without times for old', () => {
  expect(expiredSegments([{ bytes: 1, newestMs: -1 }], { ...never, retentionMs: 0 }, now)).toBe(0)
})
