import { expect, test } from 'vitest'
import { type Bill, type LiveBill } from '../bill.ts'
import { exitCodeOf, judge, type Situation } from './judge.ts'
import { guardSentence } from './sentence.ts'

const now = new Date('2026-11-23T12:00:00Z')
const stack = { name: 'wikiflow', region: 'us-east-1' }

function bill(usd: number, unpriced: string[] = [], items = ['ec2:t3.medium']): Bill {
  const lines = items.map(item => ({ item, name: item, what: item, quantity: 1 }))
  return { lines, usd, unpriced }
}

/** 73 USD a month are 2.40 a day. */
function live(soFar: number, changes: Partial<LiveBill> = {}): LiveBill {
  return { soFar: bill(soFar), aMonth: bill(73), since: '2026-11-01T00:00:00Z', paused: false, ...changes }
}

function told(remainingUsd: number, changes: Partial<Situation> = {}) {
  const credit = { remainingUsd, source: 'account', plan: 'paid' } as const
  return judge({ creditUsd: 100, credit, live: live(0), describedUsd: 50, leastDays: 3, ...changes }, now)
}

/** Where the account doesn't say what is left. */
function counted(bill: LiveBill) {
  return told(100, { credit: { remainingUsd: 100, source: 'config' }, live: bill })
}

test.each([
  [100, 0],
  [50.01, 0],
  [50, 50],
  [20.01, 50],
  [20, 80],
  [0.01, 80],
  [0, 100],
])('with $%d of $100 left, the level reached is %d %%', (left, level) => {
  expect(told(left).level).toBe(level)
})

test('a sum that binary fractions spoil reaches its level', () => {
  // 0.3 - 0.1 is less than 0.2.
  expect(counted(live(0.3 - 0.1)).level).toBe(0)
  const credit = { remainingUsd: 100, source: 'config' } as const
  expect(told(0, { creditUsd: 0.4, credit, live: live(0.3 - 0.1) }).level).toBe(50)
})

test('an account with more credit than the stack was given has used none of it', () => {
  expect(told(180)).toMatchObject({ usedUsd: 0, level: 0, remainingUsd: 180 })
})

test("where the account doesn't say, what ran so far is what is used", () => {
  expect(counted(live(60))).toMatchObject({ by: 'hours', usedUsd: 60, remainingUsd: 40, level: 50 })
  expect(counted(live(160))).toMatchObject({ remainingUsd: 0, level: 100, short: true })
})

test.each([
  [7.2, 3, false],
  [7.19, 2, true],
])('$%d cover %d days at $2.40 a day', (left, days, short) => {
  expect(told(left)).toMatchObject({ short, outlook: { days } })
})

test('a credit that expires in two days is short, however much is left', () => {
  const expires = new Date('2026-11-25T13:00:00Z')
  const judgement = told(0, { credit: { remainingUsd: 99, source: 'account', expires } })
  expect(judgement).toMatchObject({
    short: true,
    level: 0,
    outlook: { expiresFirst: true, ends: '2026-11-25' },
  })
  expect(exitCodeOf(judgement, 'nothing')).toBe(2)
})

test('a plan that has expired is all used up, and short', () => {
  const expires = new Date('2026-11-01')
  expect(told(0, { credit: { remainingUsd: 0, source: 'account', expires } })).toMatchObject({
    level: 100,
    short: true,
    outlook: { days: 0 },
  })
})

test.each([
  ['is paused', { paused: true }],
  ['runs in part, for RDS started its database by itself', { paused: false }],
])('a stack that %s is judged by what it costs when all runs, or it would be let go on', (_, changes) => {
  const little = live(0, { ...changes, aMonth: bill(8) })
  expect(told(7, { live: little, describedUsd: 73 })).toMatchObject({ short: true, usdADay: 2.4 })
})

test('what runs and costs more than what is described is what counts', () => {
  expect(told(7, { describedUsd: 8 })).toMatchObject({ short: true, usdADay: 2.4 })
})

test('where only the lake is left, there is nothing to pause', () => {
  const lake = live(3, { soFar: bill(3, [], ['s3:storage']), aMonth: bill(0.1) })
  expect(told(7, { live: lake, describedUsd: 73 })).toMatchObject({ short: false })
})

test('a lower bound below every level is not called well', () => {
  const some = counted(live(10, { soFar: bill(10, ['ec2:t3.medium']) }))
  expect(exitCodeOf(some, 'nothing')).toBe(1)
  expect(guardSentence(stack, 100, some, 'nothing')).toMatch(/at least 10 %.*Not all could be read/)
})

test('a lower bound that reaches a level is warning enough', () => {
  const some = counted(live(60, { soFar: bill(60, ['ec2:t3.medium']) }))
  expect(exitCodeOf(some, 'nothing')).toBe(2)
})

test("what couldn't be read doesn't matter where the account says what is left", () => {
  const judgement = told(90, { live: live(0, { soFar: bill(0, ['ec2:t3.medium']) }) })
  expect(exitCodeOf(judgement, 'nothing')).toBe(0)
})

test('where nothing bills, the credit lasts', () => {
  const judgement = told(100, { live: live(0, { soFar: bill(0, [], []), aMonth: bill(0) }) })
  expect(judgement).toMatchObject({ short: false, outlook: { days: null } })
  expect(guardSentence(stack, 100, judgement, 'nothing')).toBe(
    'wikiflow in us-east-1: 0 % of the credit of $100.00 is used, $100.00 left by the account; nothing bills.',
  )
})

test.each(['paused', 'already paused'] as const)('a stack that is %s ends with 3', deed => {
  expect(exitCodeOf(told(1), deed)).toBe(3)
})

test('all that is to be known stands in one line', () => {
  expect(guardSentence(stack, 100, told(19.2), 'nothing')).toBe(
    'WARNING wikiflow in us-east-1: 80 % of the credit of $100.00 is used, $19.20 left by the account; 8 days at $2.40 a day, until 2026-12-01.',
  )
  expect(guardSentence(stack, 100, told(4.8), 'nothing')).toMatch(
    /2 days.*Pause it with `npx zx ops\/pause.ts`\.$/,
  )
  expect(guardSentence(stack, 100, told(4.8), 'already paused')).toMatch(
    /2026-11-25\. The stack is paused already\.$/,
  )
})
