import { expect, test } from 'vitest'
import { type Found } from '../cloud/part.ts'
import { type Step as PlanStep } from '../cloud/plan.ts'
import { standIn } from '../cloud/test-parts.ts'
import { bucketStep, ofPlan, stepOfPart } from './infrastructure-steps.ts'
import { contextWith } from './test-context.ts'

function planned(id: string, action: PlanStep['action'], found: Partial<Found> = {}, want = {}): PlanStep {
  const there = action === 'create' ? {} : { found: { id: `${id}-1`, ours: true, facts: {}, ...found } }
  return { part: { ...standIn(id, id), want }, action, differences: [], reasons: [], ...there }
}
const drift = { property: 'type', before: 't3.small', after: 't3.medium', kind: 'drift' } as const

test('every part belongs to a step', () => {
  expect(['bucket', 'database', 'database-group', 'subnet-group', 'host-group'].map(stepOfPart)).toEqual([
    'bucket',
    'database',
    'database',
    'database',
    'host',
  ])
  expect(
    ['role', 'instance-profile', 'key-pair', 'host-1', 'host-9', 'address', 'budget'].map(stepOfPart),
  ).toEqual(Array(7).fill('host'))
})

test('what is as described is done, with what AWS calls it and where it is reached', () => {
  const address = planned('address', 'same', { outputs: { address: '198.51.100.7' } })
  expect(ofPlan([planned('role', 'same'), planned('host-1', 'same'), address])).toEqual({
    state: 'done',
    evidence: 'host-1-1 at 198.51.100.7',
  })
})

test('what is half there says what is missing', () => {
  expect(ofPlan([planned('host-1', 'create'), planned('role', 'create')])).toEqual({
    state: 'to do',
    evidence: 'nothing of it is there',
  })
  const many = ['role', 'host-group', 'key-pair', 'host-1'].map(id => planned(id, 'create'))
  expect(ofPlan([planned('address', 'same'), ...many]).evidence).toBe(
    'missing: role, host-group, key-pair and 1 more',
  )
})

test('what was changed by hand, what is paused and what is to change are told apart', () => {
  const hand: PlanStep = { ...planned('role', 'change'), differences: [drift] }
  const paused: PlanStep = {
    ...planned('host-1', 'change', { facts: { state: 'stopped' } }, { state: 'running' }),
    differences: [{ property: 'state', before: 'stopped', after: 'running', kind: 'drift' }],
  }
  const change: PlanStep = { ...planned('address', 'change'), differences: [{ ...drift, kind: 'change' }] }
  expect(ofPlan([hand, paused, change]).evidence).toBe(
    'paused: host-1; changed by hand: role; to change: address',
  )
})

test("a thing of the same name that isn't the stack's blocks its step alone, and its name controls no terminal", async () => {
  const why = 'S3 bucket \u001b[2J exists: choose another name'
  const plan = async () => ({ steps: [planned('bucket', 'same')], obstacles: [{ part: 'bucket', why }] })
  expect(await bucketStep.probe(contextWith({ plan }), () => {})).toEqual({
    state: 'blocked',
    evidence: 'S3 bucket \\u{1b}[2J exists: choose another name',
  })
})
