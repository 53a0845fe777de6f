import { expect, test } from 'vitest'
import { type Result } from './check.ts'
import { inOrder, renderResult, titleWidth } from './render.ts'

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
  expect(results.map(one => renderResult(one, { width, isTerminal: false })).join('\n')).toBe(
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
  expect(renderResult(result({}), { width: 4, isTerminal: true })).toContain('\u001b[32mok')
  expect(renderResult(result({}), { width: 4, isTerminal: false })).not.toContain('\u001b')
})

test('a name that controls terminals is shown, not obeyed', () => {
  expect(renderResult(result({ found: 'role \u001b[2J\u202e' }), { width: 4, isTerminal: false })).toBe(
    'ok       Node  role \\u{1b}[2J\\u{202e}',
  )
})

test('long sentences are broken between words, and a long command stays whole', () => {
  const long = result({ found: 'one two three four five six', fix: `run ${'x'.repeat(40)} now` })
  expect(renderResult(long, { width: 4, columns: 36, isTerminal: false }).split('\n')).toEqual([
    'ok       Node  one two three four',
    '               five six',
    '               → run',
    `               ${'x'.repeat(40)}`,
    '               now',
  ])
})

test('results are printed in the order of the checks, each as soon as those before it are there', () => {
  const printed: string[] = []
  const print = inOrder([{ id: 'a' }, { id: 'b' }, { id: 'c' }], ({ id }) => printed.push(id))
  print(result({ id: 'b' }))
  expect(printed).toEqual([])
  print(result({ id: 'a' }))
  expect(printed).toEqual(['a', 'b'])
  print(result({ id: 'c' }))
  expect(printed).toEqual(['a', 'b', 'c'])
})
