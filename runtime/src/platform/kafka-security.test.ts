import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from './config.ts'
import { readSecurity, securitySettings, unwise } from './kafka-security.ts'

let folder: string
const file = (name: string, content: string) => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-security-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** What the environment's variables come to. */
const read = (env: Record<string, string>) => readSecurity(readConfig(securitySettings, env))

test('left alone, the brokers are spoken to plainly and by nobody', () => {
  expect(read({})).toEqual({})
  expect(read({ KAFKA_TLS: 'off', KAFKA_USERNAME: '', KAFKA_SASL_MECHANISM: '' })).toEqual({})
})

test('a password with every nasty character reaches the brokers as it is', () => {
  const password = ` p"a's\\s,=%$'(w)ö\u{1F511} `
  const env = {
    KAFKA_TLS: 'system',
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_USERNAME: 'o"brien, the=1st',
    KAFKA_PASSWORD_FILE: file('nasty', `${password}\n`),
  }
  expect(read(env)).toEqual({
    ssl: {},
    sasl: { mechanism: 'scram-sha-512', username: 'o"brien, the=1st', password },
  })
})

describe('is refused with the names of what is missing or wrong:', () => {
  test.each<[string, Record<string, string>, string]>([
    [
      'a mechanism alone',
      { KAFKA_SASL_MECHANISM: 'plain' },
      'KAFKA_SASL_MECHANISM is plain, but KAFKA_USERNAME and KAFKA_PASSWORD_FILE are not set',
    ],
    [
      'a mechanism without a password',
      { KAFKA_SASL_MECHANISM: 'scram-sha-256', KAFKA_USERNAME: 'a' },
      'but KAFKA_PASSWORD_FILE is not set',
    ],
    [
      'a user without a mechanism',
      { KAFKA_USERNAME: 'a' },
      'KAFKA_SASL_MECHANISM is not: plain, scram-sha-256',
    ],
    [
      'a mechanism that there is elsewhere',
      { KAFKA_SASL_MECHANISM: 'oauthbearer' },
      'KAFKA_SASL_MECHANISM is "oauthbearer"; allowed: plain, scram-sha-256 or scram-sha-512',
    ],
    ['a switch that is no path', { KAFKA_TLS: 'true' }, 'KAFKA_TLS is "true"; allowed: off, system'],
    [
      'a CA that is not there',
      { KAFKA_TLS: '/nowhere/ca.pem' },
      "KAFKA_TLS names /nowhere/ca.pem, which can't be read (ENOENT)",
    ],
  ])('%s', (_, env, sentence) => {
    expect(() => read(env)).toThrow(ConfigError)
    expect(() => read(env)).toThrow(sentence)
  })

  test.each([
    ['a private key', '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n'],
    ['a web page', '<html>404</html>'],
    ['half a certificate', '-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIB'],
  ])('a CA file that holds %s, of which Node would trust nobody without a word', (_, content) => {
    expect(() => read({ KAFKA_TLS: file('ca.pem', content) })).toThrow("doesn't begin with a certificate")
  })

  test('a password file that is empty, and its content is never said', () => {
    const env = {
      KAFKA_SASL_MECHANISM: 'plain',
      KAFKA_USERNAME: 'a',
      KAFKA_PASSWORD_FILE: file('empty', '\n'),
    }
    expect(() => read(env)).toThrow(/^KAFKA_PASSWORD_FILE names .*, which is empty$/)
  })
})

test('credentials that cross the network unprotected are warned of; with TLS, or without a user, nothing is', () => {
  expect(unwise({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_TLS: 'off' })).toMatch('reads the password')
  expect(unwise({ KAFKA_SASL_MECHANISM: 'scram-sha-512' })).toMatch('reads all events')
  expect(unwise({ KAFKA_SASL_MECHANISM: 'plain', KAFKA_TLS: 'system' })).toBeUndefined()
  expect(unwise({ KAFKA_TLS: 'off' })).toBeUndefined()
})
