import { expect, test } from 'vitest'
import { judgeSecrets } from './secrets.ts'

const value = 'p"w/+s %é-Zz0123456789'
const known = [
  { name: 'the writer password', value },
  { name: 'a short one', value: 'worker' },
]
const judge = (...what: unknown[]) =>
  judgeSecrets(
    known,
    what.map((one, index) => ({ where: `container ${index + 1}`, what: one })),
    'DEPLOY',
  )

test.each([
  ['an environment', { Config: { Env: ['A=1', `NOTE=see:${value}`] } }, 'Config.Env[1]'],
  ['an argument', { Args: [value] }, 'Args[0]'],
  ['a label', { Labels: { note: `${value}\n` } }, 'Labels.note'],
  ["a label's name", { Labels: { [value]: '' } }, 'a name in Labels'],
  ['an address', { Env: [`postgres://a:${encodeURIComponent(value)}@db`] }, 'Env[0]'],
  ['base64', { Env: [Buffer.from(value).toString('base64')] }, 'Env[0]'],
  ['JSON in a text', { Env: [JSON.stringify({ password: value })] }, 'Env[0]'],
])('a password in %s is found, by where it is and never by what it is', (_, what, path) => {
  const outcome = judge({ fine: true }, what)
  expect(outcome.state).toBe('failed')
  expect(outcome.found).toContain('the writer password stands in container 2')
  expect(outcome.found).toContain(path)
  expect(JSON.stringify(outcome)).not.toContain('Zz0123456789')
})

test('a word that a password may be by chance is none', () => {
  expect(judge({ Args: ['node', 'worker'] }, 'node worker').state).toBe('ok')
})

test('another credential in an environment is a warning by its name; a file is none', () => {
  const outcome = judge({
    Env: [
      'AWS_SECRET_ACCESS_KEY=abc',
      'PGPASSWORD_FILE=/run/secrets/a',
      'API_TOKEN=',
      'OWNER_PASSWORD_MARK=1f',
    ],
  })
  expect(outcome).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(/AWS_SECRET_ACCESS_KEY of container 1$/),
  })
  expect(outcome.found).not.toMatch(/PGPASSWORD|API_TOKEN|MARK|abc/)
})

test('all well: how many were looked for, in how much', () => {
  expect(judge({}, 'text', null).found).toBe('1 password stands in none of 3 listings')
})

test('where no password is known, nobody says that none stands anywhere', () => {
  expect(judgeSecrets([], [{ where: 'container 1', what: 'text' }], 'DEPLOY')).toMatchObject({
    state: 'warning',
    found: 'this machine knows no password of the stack, so none was looked for',
  })
})
