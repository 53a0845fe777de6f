import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { elapsed } from './elapsed.ts'
import { type Step } from './plan.ts'
import { createProgress } from './progress.ts'
import { standIn } from './test-parts.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function stepOf(id: string, action: Step['action']): Step {
  return { part: { ...standIn(id, id), title: 'RDS PostgreSQL' }, action, differences: [], reasons: [] }
}

function output(terminal = false) {
  const out = Object.assign(new PassThrough(), { isTTY: terminal, columns: 80, rows: 24 })
  let text = ''
  out.on('data', chunk => {
    text += chunk
  })
  return { out, text: () => text }
}

test('in a log, a step is one line when it begins, one each half minute, and one when it is done', () => {
  const { out, text } = output()
  const progress = createProgress(out)
  const step = stepOf('wikiflow', 'create')
  progress.event({ step, state: 'begun' })
  progress.event({ step, state: 'waiting', for: 'status creating\u001b[2J' })
  vi.advanceTimersByTime(75_000)
  progress.event({ step, state: 'done' })
  progress.close()
  vi.advanceTimersByTime(60_000)
  expect(text().split('\n')).toEqual([
    'RDS PostgreSQL wikiflow: creating',
    '  RDS PostgreSQL wikiflow: creating (30 s): status creating\\u{1b}[2J',
    '  RDS PostgreSQL wikiflow: creating (1 min 00 s): status creating\\u{1b}[2J',
    '✓ RDS PostgreSQL wikiflow: created in 1 min 15 s',
    '',
  ])
})

test('what failed and what was not begun for it are told apart', () => {
  const { out, text } = output()
  const progress = createProgress(out)
  const failed = stepOf('a', 'delete')
  progress.event({ step: failed, state: 'begun' })
  vi.advanceTimersByTime(4_200)
  progress.event({ step: failed, state: 'failed', error: new Error('no') })
  progress.event({ step: stepOf('b', 'change'), state: 'skipped' })
  progress.close()
  expect(text()).toMatch(/✗ RDS PostgreSQL a: failed after 4 s\n- RDS PostgreSQL b: not begun\n$/)
})

test('on a terminal the running steps stand below those that are done, with their time', () => {
  const { out, text } = output(true)
  const progress = createProgress(out)
  const [first, second] = [stepOf('a', 'create'), stepOf('b', 'change')]
  progress.event({ step: first, state: 'begun' })
  progress.event({ step: second, state: 'begun' })
  vi.advanceTimersByTime(2_000)
  progress.event({ step: first, state: 'done' })
  progress.close()
  expect(text()).toContain('RDS PostgreSQL b: changing (2 s)')
  expect(text()).toContain('✓ RDS PostgreSQL a: created in 2 s')
  expect(vi.getTimerCount()).toBe(0)
})

test('time is told in minutes from the first full one on', () => {
  expect([0, 400, 59_400, 59_600, 725_000, -5].map(elapsed)).toEqual([
    '0 s',
    '0 s',
    '59 s',
    '1 min 00 s',
    '12 min 05 s',
    '0 s',
  ])
})
