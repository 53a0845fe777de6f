import { expect, test } from 'vitest'
import { databaseUsage, hostUsage } from '../../../cost/model.ts'
import { assertAffordable } from './affordable.ts'
import { type Credit } from './credit.ts'
import { type Part } from './part.ts'
import { type Plan } from './plan.ts'

const now = new Date('2026-11-23T00:00:00Z')

/** A plan for a host (about $33 a month) and a database (about $14). */
function plan(): Plan {
  const usage = [...hostUsage('t3.medium', 1, 30), ...databaseUsage('db.t4g.micro', 20)]
  const part: Part = {
    id: 'host-1',
    title: 'EC2 host',
    name: 'wikiflow-host-1',
    needs: [],
    wanted: true,
    want: {},
    fixed: {},
    usage,
    find: async () => undefined,
    create: async () => {},
    change: async () => {},
    tag: async () => {},
    remove: async () => {},
  }
  return { steps: [{ part, action: 'create', differences: [], reasons: [] }] }
}

function check(credit: Partial<Credit>, region = 'us-east-1'): void {
  assertAffordable(
    plan(),
    {
      stack: { name: 'wikiflow', region },
      cloud: { account: '123456789012' },
      credit: { plan: 'paid', remainingUsd: 100, source: 'account', ...credit },
    },
    now,
  )
}

test('a stack that the credit covers for 30 days is let through', () => {
  expect(() => check({})).not.toThrow()
  expect(() => check({ expires: new Date('2027-05-01') })).not.toThrow()
})

test('a credit that is nearly used up, has ended, or expires too soon stops the plan', () => {
  expect(() => check({ remainingUsd: 40 })).toThrow(
    /the credit of \$40\.00 covers 2\d days .* and 30 is the least.*--over-budget/,
  )
  expect(() => check({ remainingUsd: 0 })).toThrow('covers 0 days')
  expect(() => check({ expires: new Date('2026-12-03') })).toThrow('covers 10 days')
  expect(() => check({ expires: new Date('2026-11-01') })).toThrow('covers 0 days')
})

test('where a price is not known, nobody says that the credit suffices', () => {
  expect(() => check({}, 'af-south-1')).toThrow('no price is known in af-south-1 for ec2:t3.medium')
})
