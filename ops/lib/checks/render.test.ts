import { expect, test } from 'vitest'
import { type Result } from './check.ts'
import { renderResult, titleWidth } from './render.ts'

const result = (change: Partial<Result>): Result => ({
  id: 'node',
  title: 'Node',
  state: 'ok',
  found: '24.21.0',
  tookMs: 3,
  ...change,
})

test('lines stand in columns, the fix below what was found', () => {
  const results = [
    result({}),
    result({
      title: 'host type',
      state: 'failed',
      found: "t3.medium can't\nbe launched",
      fix: 'set host.type',
    }),
    result({ title: 'quota', state: 'skipped', found: 'not looked at: needs credentials' }),
  ]
  const width = titleWidth(results)
  expect(results.map(one => renderResult(one, width, false)).join('\n')).toBe(
    [
      'ok       Node       24.21.0',
      "failed   host type  t3.medium can't",
      '                    be launched',
      '                    → set host.type',
      '-        quota      not looked at: needs credentials',
    ].join('\n'),
  )
})

test('colours are for terminals alone', () => {
  expect(renderResult(result({}), 4, true)).toContain('\u001b[32mok')
  expect(renderResult(result({}), 4, false)).not.toContain('\u001b')
})

test('a name that controls terminals is shown, not obeyed', () => {
  expect(renderResult(result({ found: 'role \u001b[2J\u202e' }), 4, false)).toBe(
    'ok       Node  role \\u{1b}[2J\\u{202e}',
  )
})
