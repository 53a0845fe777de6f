import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createStack, type Stack } from './stack.ts'

let stack: Stack | undefined
afterEach(() => stack?.remove())

/** An event as Wikimedia sends it, with an invented user. */
function event(n: number, type: string, wiki: string): string {
  return JSON.stringify({
    $schema: '/mediawiki/recentchange/1.0.0',
    meta: {
      id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
      domain: `${wiki.slice(0, 2)}.wikipedia.org`,
      dt: new Date(Date.UTC(2026, 7, 4, 15, 24, n)).toISOString(),
      stream: 'mediawiki.recentchange',
    },
    id: n,
    type,
    namespace: 0,
    title: `Page ${n}`,
    comment: '',
    timestamp: 1_785_857_069,
    user: `Editor ${n % 3}`,
    bot: n % 2 === 0,
    ...(type === 'edit' && { length: { old: 10, new: 10 + n }, minor: false }),
    server_name: `${wiki.slice(0, 2)}.wikipedia.org`,
    wiki,
  })
}

const counts = 'SELECT wiki, type, sum(events)::int AS n FROM activity_minute GROUP BY 1, 2 ORDER BY 1, 2'
type Count = { wiki: string; type: string; n: number }
const total = (rows: Count[]) => rows.reduce((sum, row) => sum + row.n, 0)

test('a file is counted once, stays counted over a stop and a start, and goes on where it grew', async () => {
  stack = await createStack()
  const file = join(stack.root, 'events.ndjson')
  const lines = [1, 2, 3, 4, 5].map(n => event(n, 'edit', 'dewiki'))
  writeFileSync(
    file,
    [...lines, event(6, 'new', 'frwiki'), '{"broken"', event(7, 'log', 'dewiki'), ''].join('\n'),
  )
  const expected = [
    { wiki: 'dewiki', type: 'edit', n: 5 },
    { wiki: 'dewiki', type: 'log', n: 1 },
    { wiki: 'frwiki', type: 'new', n: 1 },
  ]

  stack.start(['--source', 'replay', file])
  expect(await stack.until<Count>(counts, rows => total(rows) >= 7)).toEqual(expected)
  await stack.until<{ reason: string }>(
    'SELECT reason FROM dead_letter',
    rows => rows[0]?.reason === 'not_json',
  )
  const first = await stack.audit()
  expect(first, first.report).toMatchObject({ code: 0 })
  const stopped = await stack.interrupt()
  expect(stopped.code, stack.output()).toBe(0)
  expect(stopped.ms).toBeLessThan(10_000)
  expect(stack.output()).toContain('REPLAY')

  appendFileSync(file, `${event(8, 'edit', 'dewiki')}\n`)
  stack.start(['--source', 'replay', file])
  const after = await stack.until<Count>(counts, rows => total(rows) >= 8)
  expect(after[0]).toEqual({ wiki: 'dewiki', type: 'edit', n: 6 })
  expect(total(after)).toBe(8)
  const second = await stack.audit()
  expect(second, second.report).toMatchObject({ code: 0 })
}, 120_000)
