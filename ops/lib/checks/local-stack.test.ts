import { expect, test } from 'vitest'
import { judge } from './local-stack.ts'

const totals = { records: 2_000, events: 1_998, deadLetters: 2, lakeRows: 2_000, lakeObjects: 12, lag: 0 }

test('a pipeline that lost something is no pipeline to move, and says which command shows where', () => {
  const outcome = judge({ verdict: 'not conserved', totals }, 'the running one (live)', 'npx zx ops/audit.ts')
  expect(outcome).toEqual({
    state: 'failed',
    found:
      'the running one (live), is NOT conserved: 2000 records in the log, 1998 counted, 2 dead letters, 2000 rows in the lake',
    fix: 'npx zx ops/audit.ts shows where',
  })
})

test('a conserved one is told with its counts', () => {
  expect(judge({ verdict: 'conserved', totals }, 'one of its own', 'npm start')).toMatchObject({
    state: 'ok',
    found: expect.stringContaining('is conserved: 2000 records'),
  })
})
