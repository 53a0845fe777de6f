import { expect, test } from 'vitest'
import { type Check } from './check.ts'
import { chooseChecks, idsIn } from './choose.ts'
import { runChecks } from './run.ts'

const check = (id: string, ...needs: string[]): Check<void> => ({
  id,
  title: id,
  needs,
  run: async () => ({ state: 'ok', found: 'fine' }),
})
const checks = [check('host'), check('services', 'host'), check('lag', 'services'), check('audit', 'host')]
const ids = (list: readonly Check<void>[]) => list.map(({ id }) => id)

test('an id that there is not is told, with the one that was meant and all there are', () => {
  expect(() => chooseChecks(checks, { only: ['service'] })).toThrow(
    'there is no check "service"; did you mean services? There is: host, services, lag, audit',
  )
  expect(() => chooseChecks(checks, { skip: ['\u001b[31m'] })).toThrow(
    'there is no check "\\u001b[31m"; there is: host',
  )
})

test('a check that is asked for brings those it needs, at second hand too, in their order', () => {
  expect(ids(chooseChecks(checks, { only: ['lag'] }))).toEqual(['host', 'services', 'lag'])
  expect(ids(chooseChecks(checks, { only: ['audit', 'host'] }))).toEqual(['host', 'audit'])
})

test('one that is left out is missed by nobody', async () => {
  const chosen = chooseChecks(checks, { skip: ['host'] })
  expect(ids(chosen)).toEqual(['services', 'lag', 'audit'])
  expect((await runChecks(chosen, undefined)).map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
  expect(ids(chooseChecks(checks, { only: ['lag'], skip: ['services'] }))).toEqual(['host', 'lag'])
})

test('a check may need one that the list of this stack has not', async () => {
  const local = chooseChecks([check('services', 'host')])
  expect((await runChecks(local, undefined))[0]?.state).toBe('ok')
})

test('a list of ids is read with spaces and empty places', () => {
  expect(idsIn(' lag ,,freshness, ')).toEqual(['lag', 'freshness'])
  expect(idsIn(undefined)).toEqual([])
})
