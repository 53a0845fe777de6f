import { expect, test } from 'vitest'
import { judgeLag, lagIn } from './lag.ts'
import { asked, commands, threeWorkers, view } from './test-view.ts'

const at = (records: number, seconds: number) => ({
  records,
  at: new Date(Date.UTC(2026, 10, 23, 8) + seconds * 1_000).toISOString(),
})

test('a lag that grows, or stays, is failed with how fast, and what to do', () => {
  expect(judgeLag(at(50_000, 0), at(50_400, 10), 1_000, commands)).toEqual({
    state: 'failed',
    found: '50,400 records not counted yet, 40 more every second',
    fix: 'LOGS worker; when all is well there: MORE',
  })
  expect(judgeLag(at(50_000, 0), at(50_000, 10), 1_000, commands).found).toBe(
    '50,000 records not counted yet, and not fewer after 10 s',
  )
  expect(judgeLag(at(50_000, 0), at(50_000, 0), 1_000, commands).state).toBe('failed')
})

test('one that hardly falls is failed, one that takes hours is a warning: the log keeps records for days alone', () => {
  expect(judgeLag(at(1_000_000, 0), at(999_999, 10), 1_000, commands)).toEqual({
    state: 'failed',
    found: '999,999 records not counted yet, and hardly fewer: not gone in a day at this rate',
    fix: 'LOGS worker; when all is well there: MORE',
  })
  expect(judgeLag(at(1_000_000, 0), at(999_000, 10), 1_000, commands)).toEqual({
    state: 'warning',
    found: '999,000 records not counted yet, 100 fewer every second: gone in 166 min 30 s at this rate',
    fix: 'LOGS worker; when all is well there: MORE',
  })
})

test('one that is gone within the hour is ok however large, and says when', () => {
  expect(judgeLag(at(1_000_000, 0), at(988_000, 10), 1_000, commands)).toEqual({
    state: 'ok',
    found: '988,000 records not counted yet, 1,200 fewer every second: gone in 13 min 43 s at this rate',
  })
})

test('what is on its way is no lag', () => {
  expect(judgeLag(at(1_000, 0), at(1_000, 0), 1_000, commands)).toEqual({
    state: 'ok',
    found: '1,000 records not counted yet',
  })
})

test('the lag is that of all workers; one that does not know its own leaves it unknown', () => {
  expect(lagIn(view())?.records).toBe(7)
  expect(lagIn(view({ services: [...threeWorkers, asked('worker 4')] }))).toBeUndefined()
  expect(lagIn(view({ services: null }))).toBeUndefined()
})
