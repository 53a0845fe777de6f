import { expect, test } from 'vitest'
import { UserError } from '../script.ts'
import { type Check, type Outcome, verdict } from './check.ts'
import { type CheckEvent, runChecks } from './run.ts'

const ok: Outcome = { state: 'ok', found: 'fine' }
const check = (id: string, run: Check<void>['run'], needs: readonly string[] = []): Check<void> => ({
  id,
  title: `the ${id}`,
  needs,
  run,
})
const throwing = (error: unknown) => () => Promise.reject(error)

test('a check that throws is a failed line, and the others are looked at all the same', async () => {
  const results = await runChecks(
    [
      check('config', throwing(new UserError('no wikiflow.config.ts'))),
      check('cloud', throwing(Object.assign(new Error('expired'), { name: 'ExpiredToken' }))),
      check('odd', throwing('odd')),
      check('node', async () => ok),
    ],
    undefined,
    { explain: error => (error instanceof Error ? new UserError(`AWS says ${error.message}`) : undefined) },
  )
  expect(results.map(({ state, found }) => `${state} ${found}`)).toEqual([
    'failed no wikiflow.config.ts',
    'failed AWS says expired',
    'failed odd',
    'ok fine',
  ])
})

test('an error that nobody can explain keeps its name', async () => {
  const [result] = await runChecks(
    [check('cloud', throwing(new TypeError('x is not a function')))],
    undefined,
  )
  expect(result?.found).toBe('TypeError: x is not a function')
})

test('what needs a failed check, at first or second hand, is not looked at and says why', async () => {
  const looked: string[] = []
  const look = (id: string) => async () => {
    looked.push(id)
    return ok
  }
  const results = await runChecks(
    [
      check('config', async () => ({ state: 'failed', found: 'wrong' })),
      check('docker', async () => ({ state: 'warning', found: 'missing' })),
      check('cloud', look('cloud'), ['config']),
      check('quota', look('quota'), ['cloud', 'docker']),
      check('local', look('local'), ['docker']),
    ],
    undefined,
  )
  expect(looked).toEqual(['local'])
  expect(results.slice(2).map(({ state, found }) => `${state} ${found}`)).toEqual([
    'skipped not looked at: needs the config',
    'skipped not looked at: needs the cloud',
    'ok fine',
  ])
  expect(verdict(results)).toBe('failed')
})

test('checks that do not need each other run at the same time; results keep the order of the list', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const results = await runChecks(
    [
      check('slow', async () => {
        await promise
        return ok
      }),
      check('quick', async () => {
        resolve()
        return ok
      }),
    ],
    undefined,
  )
  expect(results.map(({ id }) => id)).toEqual(['slow', 'quick'])
})

test('whoever watches hears what is waited for, and each result as soon as it is there', async () => {
  const events: CheckEvent[] = []
  const slow = check('slow', async (_context, say) => {
    say('warming up')
    return ok
  })
  const [result] = await runChecks([slow], undefined, { onEvent: event => events.push(event) })
  expect(events).toEqual([
    { id: 'slow', state: 'begun' },
    { id: 'slow', state: 'waiting', for: 'warming up' },
    { id: 'slow', state: 'done', result },
  ])
})

test('a list in a wrong order is refused', async () => {
  await expect(runChecks([check('a', async () => ok, ['b'])], undefined)).rejects.toThrow(
    "check a needs b, which isn't before it",
  )
})

test('warnings do not stop anybody, and nothing at all is right', () => {
  expect(verdict([{ state: 'ok' }, { state: 'warning' }])).toBe('warning')
  expect(verdict([{ state: 'ok' }])).toBe('ok')
  expect(verdict([{ state: 'warning' }, { state: 'failed' }])).toBe('failed')
})
