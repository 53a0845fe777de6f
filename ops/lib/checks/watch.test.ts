import { expect, test } from 'vitest'
import { type Result } from './check.ts'
import { renderRound } from './watch.ts'

const layout = { width: 8, isTerminal: false }
const result = (id: string, state: Result['state'], changes: Partial<Result> = {}): Result => ({
  ...{ id, title: id, state, found: 'found', tookMs: 1 },
  ...changes,
})

test('a line whose state is another than before is marked, with what it was; its fix stands below', () => {
  const now = [result('lag', 'failed', { fix: 'look' }), result('host', 'ok'), result('audit', 'ok')]
  const before = [result('lag', 'ok'), result('host', 'ok', { found: 'other words' })]
  expect(renderRound(now, before, layout)).toBe(`* failed   lag       found (was ok)
                     → look
  ok       host      found
  ok       audit     found`)
})
