import { expect, test } from 'vitest'
import { chooseSteps } from './choose.ts'
import { steps } from './steps.ts'

const ids = (choice: Parameters<typeof chooseSteps>[1]) => chooseSteps(steps, choice).map(({ id }) => id)
const all = 'compose, stream, batch, local-test, database, bucket, host, ship, run, check'

test('there are ten steps, each with an id of its own', () => {
  expect(new Set(steps.map(({ id }) => id)).size).toBe(10)
  expect(ids({}).join(', ')).toBe(all)
})

test.each([
  ['', "''"],
  ['database,', "''"],
  ['bucket; rm -rf /', "'bucket; rm -rf /'"],
  ['\u001b[2J', "'\\x1B[2J'"],
  ['__proto__', "'__proto__'"],
  ['0', "'0'"],
  ['11', "'11'"],
  ['-1', "'-1'"],
  ['1.0', "'1.0'"],
])('--only %j is no step, and what is allowed is said', (only, shown) => {
  expect(() => ids({ only })).toThrow(`--only names the step ${shown}; `)
  expect(() => ids({ only })).toThrow(`allowed: ${all}, or their numbers 1 to 10`)
})

test('a slip of the finger is recognised', () => {
  expect(() => ids({ only: 'databse' })).toThrow('did you mean database?')
  expect(() => ids({ from: 'shp' })).toThrow("--from names the step 'shp'; did you mean ship?")
})

test('steps are walked in their order, once each, by id or number', () => {
  expect(ids({ only: 'host, 1,host,compose' })).toEqual(['compose', 'host'])
  expect(ids({ from: '9' })).toEqual(['run', 'check'])
})

test('--only and --from at once are a contradiction', () => {
  expect(() => ids({ only: 'ship', from: 'ship' })).toThrow('exclude each other')
})
