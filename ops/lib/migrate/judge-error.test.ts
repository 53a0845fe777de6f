import { expect, test } from 'vitest'
import { Unreachable } from '../host/ssh-failure.ts'
import { UserError } from '../script.ts'
import { judgeError } from './judge-error.ts'

/** An error as AWS's clients throw it. */
function ofAws(name: string, message: string, status: number): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } })
}

test('what a person has to mend is blocked, in the sentence that says how', () => {
  expect(judgeError(new UserError('no wikiflow.config.ts: make one'))).toEqual({
    state: 'blocked',
    evidence: 'no wikiflow.config.ts: make one',
  })
  const credentials = Object.assign(new Error('Could not load credentials from any providers'), {
    name: 'CredentialsProviderError',
  })
  expect(judgeError(credentials)).toEqual({
    state: 'blocked',
    evidence: expect.stringMatching(/^there are no AWS credentials: sign in/),
  })
  expect(judgeError(ofAws('UnauthorizedOperation', 'not allowed', 403)).state).toBe('blocked')
})

test('what may pass by itself is not known: a host that is away, AWS in trouble, a wire that is cut', () => {
  expect(judgeError(new Unreachable('host-1 refused the connection')).state).toBe('unknown')
  expect(judgeError(ofAws('InternalError', 'we are sorry', 500)).state).toBe('unknown')
  const cut = Object.assign(ofAws('Error', 'getaddrinfo ENOTFOUND', 0), { code: 'ENOTFOUND' })
  expect(judgeError(cut).state).toBe('unknown')
})

test('an error that nobody thought of is not known, and text from elsewhere controls no terminal', () => {
  expect(judgeError(new TypeError('x is undefined'))).toEqual({
    state: 'unknown',
    evidence: 'x is undefined',
  })
  expect(judgeError(new UserError('line 2 is wrong\nline 3\u001b[2J')).evidence).toBe(
    'line 2 is wrong\nline 3\\u{1b}[2J',
  )
  expect(judgeError('\u001b[2Jgone').evidence).toBe('\\u{1b}[2Jgone')
})
