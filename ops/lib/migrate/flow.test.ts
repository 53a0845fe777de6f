import { expect, test } from 'vitest'
import { judgeFlow } from './flow.ts'

const ok = (id: string) => ({ id, state: 'ok', found: `${id} is well` }) as const
const all = [ok('host'), ok('freshness'), ok('dashboard'), ok('lake-fresh'), ok('lake-readable')]
const but = (id: string, state: 'warning' | 'failed' | 'skipped', found: string) =>
  all.map(one => (one.id === id ? { id, state, found } : one))

test('events that flow are told in the order of their way, without how they were looked at', () => {
  expect(judgeFlow(all)).toEqual({
    state: 'done',
    evidence: 'dashboard is well; freshness is well; lake-fresh is well; lake-readable is well',
  })
})

test('a lake without its first file is waited for; a page that cannot be opened from here serves', () => {
  expect(judgeFlow(but('lake-fresh', 'warning', 'no object yet'))).toEqual({
    state: 'to do',
    evidence: 'no object yet',
  })
  expect(judgeFlow(but('dashboard', 'warning', "can't be opened from here")).state).toBe('done')
})

test('of what could not be looked at the cause is told, and controls no terminal', () => {
  const away = all.map(one =>
    one.id === 'host'
      ? ({ id: 'host', state: 'failed', found: 'host-1 \u001b[2J is away' } as const)
      : ({ id: one.id, state: 'skipped', found: 'not looked at: needs host' } as const),
  )
  expect(judgeFlow(away)).toEqual({ state: 'to do', evidence: 'host-1 \\u{1b}[2J is away' })
})
