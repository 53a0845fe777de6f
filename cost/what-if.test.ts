import { expect, test } from 'vitest'
import { testStack } from '../ops/lib/cloud/test-context.ts'
import { UserError } from '../ops/lib/script.ts'
import { type Stack } from '../ops/lib/stack/schema.ts'
import { type WhatIfFlags, whatIf } from './what-if.ts'

function sentence(flags: WhatIfFlags, stack: Stack = testStack): string {
  try {
    whatIf(stack, flags)
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  return 'taken'
}

test.each<[WhatIfFlags, string]>([
  [{ nodes: '12' }, '--nodes "12"; allowed: a whole number from 1 to 9'],
  [{ nodes: '1e0' }, '--nodes "1e0"; allowed: a whole number'],
  [{ nodes: '-3' }, '--nodes "-3"'],
  [{ disk: '3' }, '--disk "3"; allowed: a whole number from 20 to 1000, in GB'],
  [{ host: 'medium' }, '--host "medium"; allowed: an EC2 instance type such as t3.medium'],
  [{ db: 't4g.micro' }, '--db "t4g.micro"; allowed: an RDS instance class such as db.t4g.micro'],
  [{ events: 'many' }, '--events "many"; allowed: events such as 5000/s'],
  [{ events: '5000/minute' }, '--events "5000/minute"'],
  [{ events: '9000000/s' }, 'up to 1000000/s'],
  [{ rotate: '0' }, '--rotate "0"; allowed: whole seconds from 1 to 600'],
  [{ retention: '0d' }, '--retention "0d"; allowed: days such as 30d'],
  [{ retention: '30h' }, '--retention "30h"'],
  [{ lake: '30d' }, '--lake "30d"; allowed: '],
  [{ viewers: '201' }, '--viewers "201"; allowed: a whole number from 0 to 200'],
  [{ 'cpu-credits': 'infinite' }, '--cpu-credits "infinite"; allowed: standard or unlimited'],
  [{ paused: '40d' }, '--paused "40d"; allowed: days such as 10d, up to 30d'],
  [{ host: '' }, '--host ""; allowed: an EC2 instance type'],
])('a wrong flag is a sentence with what is allowed: %j', (flags, said) => {
  expect(sentence(flags)).toContain(said)
})

test('all wrong flags are named at once', () => {
  expect(sentence({ nodes: 'x', rotate: 'y', disk: '5' }).split('\n')).toHaveLength(3)
})

test('without a flag nothing is asked about', () => {
  expect(whatIf(testStack, {})).toBeUndefined()
  expect(whatIf(testStack, { host: undefined })).toBeUndefined()
})

test('the flags change the stack and what is assumed of it, and nothing else', () => {
  const asked = whatIf(testStack, {
    host: 't4g.medium',
    nodes: '3',
    rotate: '300',
    events: '8640000/day',
    retention: '30d',
    storage: '100',
    lake: '90d',
    paused: '10d',
  })
  expect(asked?.stack).toEqual({
    ...testStack,
    host: { type: 't4g.medium', count: 3, diskGb: 30 },
    database: { ...testStack.database, storageGb: 100 },
    lake: { ...testStack.lake, deleteAfterDays: 90 },
  })
  expect(asked?.assumptions).toMatchObject({
    eventsPerSecond: 100,
    rotateS: 300,
    retention: { feedHours: 24, minutesDays: 30, hoursDays: 3 },
    pausedDays: 10,
  })
})

test("what doesn't hold the pipeline is said beside the change", () => {
  expect(whatIf(testStack, { host: 't3.small' })?.changes).toEqual([
    '--host t3.small',
    "it doesn't hold the pipeline: the pipeline needs 3.4 GB of memory, and there are 2",
  ])
  expect(whatIf(testStack, { events: '5000/s' })?.changes.join()).toMatch(/5000 events\/s need .* vCPU/)
  expect(whatIf(testStack, { host: 'x9.huge' })?.changes.join()).toContain(
    "what x9.huge holds isn't known here",
  )
})
