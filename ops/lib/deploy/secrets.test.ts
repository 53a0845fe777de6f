import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { marksOf, readServiceFiles } from './secrets.ts'
import { type Target } from './target.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-secrets-'))
  writeFileSync(join(folder, 'owner'), 'the owner\n')
  writeFileSync(join(folder, 'ca.pem'), 'a certificate\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const target = (changes: Partial<Target> = {}): Target => ({
  stack: 'wikiflow',
  hosts: [{ name: 'host-1', user: 'u', address: '198.51.100.7', port: 22, keyName: 'k' }],
  pinnedKeys: join(folder, 'known_hosts'),
  folder,
  variables: { AWS_REGION: 'us-east-1' },
  secrets: { 'owner-password': join(folder, 'owner') },
  databaseCa: join(folder, 'ca.pem'),
  overrides: [],
  ...changes,
})

test("the services' own passwords are made once, for this user alone", async () => {
  const files = await readServiceFiles(target())
  expect(files).toMatchObject({ 'owner-password': 'the owner', 'database-ca.pem': 'a certificate\n' })
  expect(files['writer-password']).toMatch(/^[\w-]{43}$/)
  expect(files['reader-password']).not.toBe(files['writer-password'])
  expect(statSync(join(folder, 'writer-password')).mode & 0o777).toBe(0o600)
  expect(await readServiceFiles(target())).toEqual(files)
})

test('a password that somebody else gives is missed by its path', async () => {
  const secrets = { 'owner-password': join(folder, 'none') }
  await expect(readServiceFiles(target({ secrets }))).rejects.toThrow(
    `${join(folder, 'none')}, which should hold the owner password, is missing`,
  )
  await expect(readServiceFiles(target({ databaseCa: join(folder, 'no-ca') }))).rejects.toThrow(
    "which should hold the database's CA, can't be read (ENOENT)",
  )
})

test("without a CA of one's own it is Amazon's, of the region", async () => {
  const { databaseCa: _, ...others } = target()
  expect((await readServiceFiles(others))['database-ca.pem']).toMatch(/^-----BEGIN CERTIFICATE-----/)
})

test('an outside Kafka has a password file in any case, and its CA', async () => {
  const variables = { AWS_REGION: 'us-east-1', KAFKA_BROKERS: 'b:9093' }
  const files = await readServiceFiles(target({ variables, kafkaCa: join(folder, 'ca.pem') }))
  expect(files).toMatchObject({ 'kafka-password': 'not used', 'kafka-ca.pem': 'a certificate\n' })
})

test('a mark changes with the content, and tells nothing of it', async () => {
  const files = await readServiceFiles(target())
  const marks = marksOf(files)
  expect(Object.keys(marks).sort()).toEqual([
    ...['DATABASE_CA_MARK', 'OWNER_PASSWORD_MARK', 'READER_PASSWORD_MARK', 'WRITER_PASSWORD_MARK'],
  ])
  writeFileSync(join(folder, 'owner'), 'another\n')
  const after = marksOf(await readServiceFiles(target()))
  expect(after).toEqual({
    ...marks,
    OWNER_PASSWORD_MARK: expect.not.stringMatching(`^${marks.OWNER_PASSWORD_MARK}$`),
  })
  expect(JSON.stringify(marks)).not.toContain(readFileSync(join(folder, 'writer-password'), 'utf8').trim())
})
