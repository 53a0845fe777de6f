import { expect, test } from 'vitest'
import { type Finding } from './findings.ts'
import { showProgress } from './progress.ts'
import { render } from './render.ts'
import { type AuditReport, exitCode, toJson } from './report.ts'
import { tellTally } from './source-tally.ts'

const conserved: AuditReport = {
  verdict: 'conserved',
  depth: 'full',
  cutAt: '2026-08-04T16:00:00.000Z',
  clusterId: 'one',
  tookMs: 4_321,
  totals: {
    ...{ records: 100_000n, events: 99_940n, deadLetters: 60n, lakeRows: 95_000n },
    ...{ lakeObjects: 84, lakePending: 0, lag: 0n, read: 100_000n, buckets: 12 },
  },
  partitions: [
    {
      partition: 3,
      log: { start: 0n, end: 100_000n },
      counted: { first: 0n, next: 100_000n, events: 99_940n, deadLetters: 60n },
      lake: { first: 0n, next: 95_000n, rows: 95_000n, objects: 84, pending: 0 },
      read: { records: 100_000n, retired: 0n },
      isConserved: true,
    },
  ],
  findings: { listed: [], unlisted: [] },
  notes: [],
  source: undefined,
}

const finding: Finding = {
  kind: 'dead_letter_missing',
  subject: 'dead_letter',
  partition: 3,
  offsets: { first: 7n, last: 9n },
  says: 'the records have no row',
}

const broken = (findings: AuditReport['findings']): AuditReport => ({
  ...conserved,
  verdict: 'not conserved',
  findings,
})

const lastLine = (text: string) => text.split('\n').at(-1)

test('the last line says what is true', () => {
  expect(lastLine(render(conserved, { isTerminal: false }))).toBe(
    'conserved: 100,000 records in the log = 99,940 counted + 60 dead letters; the lake holds 95,000 of them in 84 objects',
  )
})

test('the last line of what is not conserved says what to do', () => {
  const text = render(broken({ listed: [finding], unlisted: [] }), { isTerminal: false })
  expect(text).toContain('✗ dead_letter, partition 3, offsets 7 to 9: the records have no row')
  expect(lastLine(text)).toMatch(/^NOT conserved: 1 finding\. Restore the database from a backup/)
})

test('findings that are only counted are in the sum', () => {
  const unlisted = [{ kind: 'feed_missing', subject: 'recent_change', more: 1_980 } as const]
  const text = render(broken({ listed: [finding], unlisted }), { isTerminal: false })
  expect(text).toContain('recent_change: 1,980 more of the same')
  expect(lastLine(text)).toContain('1,981 findings')
})

test('colours are for terminals', () => {
  const controlSequence = '\u001b['
  expect(render(conserved, { isTerminal: false })).not.toContain(controlSequence)
  expect(render(conserved, { isTerminal: true })).toContain(controlSequence)
})

test('text from a store can not steer the terminal', () => {
  const hostile = { ...finding, subject: 'raw/\u001b[2J\u202e.parquet', key: 'a\nb\u0007' }
  const text = render(broken({ listed: [hostile], unlisted: [] }), { isTerminal: false })
  expect(text).not.toMatch(/[\u001b\u0007\u202e]/)
  expect(text).toContain('a�b�')
})

test('the exit code and the JSON say the same', () => {
  expect(exitCode(conserved)).toBe(0)
  expect(exitCode(broken({ listed: [finding], unlisted: [] }))).toBe(2)
  expect(JSON.parse(toJson(conserved))).toMatchObject({
    verdict: 'conserved',
    totals: { records: 100_000, lakeObjects: 84 },
  })
})

test('what takes less than two seconds shows no progress, and a terminal has one line of it', () => {
  let nowMs = 0
  const written: string[] = []
  const stream = { isTTY: true, write: (text: string | Uint8Array) => written.push(String(text)) > 0 }
  const progress = showProgress(stream, () => nowMs)
  for (const done of [1, 500, 1_000, 1_001]) {
    progress.show({ what: 'records', done, total: 2_000 })
    nowMs += 1_000
  }
  progress.clear()
  expect(written).toEqual([
    '\r\u001b[Kread 1,000 of 2,000 records, 50 %',
    '\r\u001b[Kread 1,001 of 2,000 records, 50 %',
    '\r\u001b[K',
  ])
})

test("the simulator's tally is told in a sentence", () => {
  expect(tellTally(10, 10)).toBe('the simulator made 10 events, and all of them are counted')
  expect(tellTally(10, 8)).toContain('10 events so far, and 8 of them')
  expect(tellTally(10, 11)).toContain('more simulated events were counted (11)')
})
