import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ConfigError, readConfig, readSecret } from './config.ts'

test('every missing and malformed variable is named at once, with its value and what is allowed', () => {
  const read = () =>
    readConfig(['KAFKA_BROKERS', 'PGHOST', 'PGPORT', 'LOG_LEVEL'], {
      KAFKA_BROKERS: 'broker',
      PGPORT: '99999',
      LOG_LEVEL: 'loud',
    })
  expect(read).toThrow(ConfigError)
  try {
    read()
  } catch (error) {
    expect(String(error).split('\n')).toEqual([
      'ConfigError: KAFKA_BROKERS is "broker"; allowed: host:port, several parted by commas',
      'PGHOST is not set: PostgreSQL host; a host name or address',
      'PGPORT is "99999"; allowed: a number from 1 to 65535',
      'LOG_LEVEL is "loud"; allowed: trace, debug, info, warn, error or fatal',
    ])
  }
})

test('an empty variable counts as unset, so a compose file can pass all of them on', () => {
  expect(readConfig(['PGPORT', 'PGSSL_CA_FILE'], { PGPORT: '', PGSSL_CA_FILE: '' })).toEqual({ PGPORT: 5432 })
})

test('brokers may be parted by a comma and a space', () => {
  expect(readConfig(['KAFKA_BROKERS'], { KAFKA_BROKERS: 'a:9092, b:9092' })).toEqual({
    KAFKA_BROKERS: ['a:9092', 'b:9092'],
  })
})

test('a number in another notation is refused rather than guessed', () => {
  for (const value of ['0x50', '1e3', ' 80', '80.5', '-1']) {
    expect(() => readConfig(['PGPORT'], { PGPORT: value })).toThrow(`PGPORT is ${JSON.stringify(value)}`)
  }
})

test('a secret loses the line end an editor added and nothing else; a missing or empty file is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-secret-'))
  const file = join(folder, 'password')
  try {
    writeFileSync(file, ' pa ss \r\n')
    expect(readSecret('PGPASSWORD_FILE', file)).toBe(' pa ss ')
    writeFileSync(file, '\n')
    expect(() => readSecret('PGPASSWORD_FILE', file)).toThrow(`PGPASSWORD_FILE names ${file}, which is empty`)
    expect(() => readSecret('PGPASSWORD_FILE', folder)).toThrow('EISDIR')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
