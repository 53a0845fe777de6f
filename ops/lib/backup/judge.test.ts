import { expect, test } from 'vitest'
import { objections } from './judge.ts'
import { type Manifest } from './manifest.ts'

const manifest: Manifest = {
  version: 1,
  stack: 'wikiflow',
  release: 'aaaaaaaaaaaa',
  engine: 'redpanda:v26.2.1',
  time: '2026-11-20T08:00:00.000Z',
  clusterId: 'log-1',
  ends: [
    { partition: 0, start: 0, end: 100 },
    { partition: 1, start: 50, end: 60 },
  ],
  volumeBytes: 1_000,
  archive: { bytes: 10, sha256: '0'.repeat(64) },
}
const counted = (partition: number, next: number, clusterId = 'log-1') => ({ clusterId, partition, next })

test('an empty database takes any log, and one that has counted up to its end or less takes it', () => {
  expect(objections(manifest, 'wikiflow', [])).toEqual([])
  expect(objections(manifest, 'wikiflow', [counted(0, 100), counted(1, 55)])).toEqual([])
})

test('a database that has counted past the end is named with its partitions, and what would happen', () => {
  const [objection = '', ...more] = objections(manifest, 'wikiflow', [counted(0, 101), counted(1, 60)])
  expect(more).toEqual([])
  expect(objection).toContain('partition 0 (101 against 100)')
  expect(objection).not.toContain('partition 1')
  expect(objection).toContain('would stop')
  expect(objection).toContain('before 2026-11-20T08:00:00.000Z')
})

test('the lake may be further than the counts: the furthest counts', () => {
  expect(objections(manifest, 'wikiflow', [counted(0, 90), counted(0, 101)])).toHaveLength(1)
})

test('a partition that the backup lacks ends at 0', () => {
  expect(objections(manifest, 'wikiflow', [counted(7, 1)]).join()).toContain('partition 7 (1 against 0)')
})

test('of many partitions three are named', () => {
  const all = Array.from({ length: 12 }, (_, partition) => counted(partition, 1_000))
  expect(objections(manifest, 'wikiflow', all).join()).toContain('partition 2 (1000 against 0) and 9 more')
})

test("another stack's backup, and another log's, are each a reason", () => {
  const reasons = objections(manifest, 'other', [counted(0, 5_000, 'log-2')])
  expect(reasons).toHaveLength(2)
  expect(reasons[0]).toContain('the stack wikiflow, not of other')
  expect(reasons[1]).toContain('log-2')
})
