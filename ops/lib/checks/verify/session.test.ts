import { expect, test } from 'vitest'
import { stateFolder } from '../../script.ts'
import { checksOf } from './checks-of.ts'
import { sessionFor, type VerifyChoice } from './session.ts'

const choice = (changes: Partial<VerifyChoice> = {}) =>
  sessionFor({ deployed: false, state: stateFolder, root: '/nowhere', depth: 'books', ...changes })
const ids = (session: ReturnType<typeof sessionFor>) => session.choose({}).map(({ id }) => id)

test('each kind of stack has the checks that can be made of it', () => {
  const [local, hosts, aws] = [choice(), choice({ target: 'hosts.json' }), choice({ deployed: true })].map(
    ids,
  )
  expect(local).not.toContain('host')
  expect(hosts).toContain('host')
  for (const id of ['database-tls', 'secrets', 'public']) expect(hosts).toContain(id)
  for (const id of ['resources', 'backups', 'imdsv2', 'spend']) {
    expect(hosts).not.toContain(id)
    expect(aws).toContain(id)
  }
  for (const list of [local, hosts, aws]) expect(new Set(list).size).toBe(list?.length)
})

test('the next command means the same stack, whatever its file is called', () => {
  expect(choice().command).toBe('npx zx ops/verify.ts')
  expect(choice({ deployed: true, state: '/a b' }).command).toBe(
    "npx zx ops/verify.ts --deployed --state '/a b'",
  )
  expect(choice({ target: "it's.json", deployed: true }).command).toBe(
    "npx zx ops/verify.ts --target 'it'\\''s.json'",
  )
})

test("a runbook's check may be another stack's, but none that there is not", () => {
  expect(choice().idsHere(['backups', 'lag', 'local'])).toEqual(['lag'])
  expect(() => choice().idsHere(['lagg'])).toThrow('there is no check "lagg"; did you mean lag?')
})

test('a step about this machine alone is proven by its own command, never by a check that says nothing of it', () => {
  for (const session of [choice(), choice({ deployed: true })]) {
    expect(() => checksOf('stream', session)).toThrow(
      'stream (stream processing) of RUNBOOK.md is about no stack that stands: its proof is `npx zx ops/migrate.ts --plan --only stream`',
    )
  }
  expect(() => checksOf('database', choice())).toThrow('none is about the local stack')
})

test('checks of a step that are about another kind of stack are told apart, not left out', () => {
  expect(checksOf('database-down', choice())).toMatchObject({ elsewhere: ['resources', 'backups'] })
  expect(checksOf('database-down', choice({ deployed: true })).elsewhere).toEqual([])
})

test('nothing is left to be looked at: that is no "well"', () => {
  expect(() => choice().choose({ only: ['node'], skip: ['node'] })).toThrow('no check is left')
})

test('without a stack that runs, the sentence says how to get one', async () => {
  const session = choice({ state: '/nowhere' })
  await expect(session.run(session.choose({ only: ['lag'] }), true)).rejects.toThrow(
    'no local stack runs in /nowhere: start one with `npm start`',
  )
})
