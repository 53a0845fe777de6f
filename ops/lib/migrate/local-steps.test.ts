import { expect, test } from 'vitest'
import { type AuditSummary } from '../audit/summary.ts'
import { UserError } from '../script.ts'
import { batchStep, localTestStep, streamStep } from './local-steps.ts'
import { contextWith } from './test-context.ts'

const totals = { records: 2_000, events: 1_990, deadLetters: 10, lakeRows: 2_000, lakeObjects: 24, lag: 0 }
const whole: AuditSummary = { verdict: 'conserved', totals }
const steps = [streamStep, batchStep, localTestStep]

async function states(report: AuditSummary | undefined): Promise<string[]> {
  const context = contextWith({ localTest: async () => report })
  return Promise.all(steps.map(async step => (await step.probe(context, () => {})).state))
}

test('a release that has not run here is to be tested, and named', async () => {
  expect(await states(undefined)).toEqual(['to do', 'to do', 'to do'])
  const { evidence } = await streamStep.probe(contextWith({ localTest: async () => undefined }), () => {})
  expect(evidence).toBe('release 0123456789ab has not run on this machine')
})

test('dead letters are counted, too', async () => {
  expect(await states(whole)).toEqual(['done', 'done', 'done'])
  const { evidence } = await streamStep.probe(contextWith({ localTest: async () => whole }), () => {})
  expect(evidence).toBe('1,990 of 2,000 events counted, 10 dead letters')
})

test.each([
  ['a test that was killed early', { records: 500, events: 490, lakeRows: 500 }, ['to do', 'to do', 'to do']],
  ['events that still wait', { lag: 1, events: 1_989 }, ['to do', 'done', 'done']],
  ['events that nobody counted', { events: 1_989 }, ['to do', 'done', 'done']],
  ['rows that are missing in the lake', { lakeRows: 1_999 }, ['done', 'to do', 'done']],
  ['a lake without a file', { lakeObjects: 0, lakeRows: 0 }, ['done', 'to do', 'done']],
])('%s: what it leaves is not done', async (_, changes, expected) => {
  expect(await states({ verdict: 'conserved', totals: { ...totals, ...changes } })).toEqual(expected)
})

test('what a test that was killed left unreadable is run again', async () => {
  const localTest = () => Promise.reject(new UserError('password authentication failed'))
  const probed = await Promise.all(steps.map(step => step.probe(contextWith({ localTest }), () => {})))
  const evidence = 'the last test was not finished: password authentication failed'
  expect(probed).toEqual(steps.map(() => ({ state: 'to do', evidence })))
})

test('a test that lost something is not done, and says so', async () => {
  const report: AuditSummary = { verdict: 'not conserved', totals }
  const probed = await localTestStep.probe(contextWith({ localTest: async () => report }), () => {})
  expect(probed).toEqual({
    state: 'to do',
    evidence: expect.stringMatching(/^NOT conserved: 2,000 in the log/),
  })
})
