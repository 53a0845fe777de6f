import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { makeDockerSecrets } from './docker-secrets.ts'

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'wikiflow-docker-'))
  onTestFinished(() => rmSync(made, { recursive: true }))
  return made
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('a strict umask and a careless one both leave a folder for this user alone, with files that containers can read', () => {
  const before = process.umask()
  onTestFinished(() => void process.umask(before))
  for (const umask of [0o077, 0o000]) {
    process.umask(umask)
    const secrets = makeDockerSecrets(folder())
    expect(modeOf(secrets)).toBe('700')
    for (const name of readdirSync(secrets)) expect(modeOf(join(secrets, name))).toBe('644')
  }
})

test('what is there stays: the database knows the old password', () => {
  const state = folder()
  const secrets = makeDockerSecrets(state)
  const owner = readFileSync(join(secrets, 'owner-password'), 'utf8')
  writeFileSync(join(secrets, 'writer-password'), 'mine')
  makeDockerSecrets(state)
  expect(readFileSync(join(secrets, 'owner-password'), 'utf8')).toBe(owner)
  expect(readFileSync(join(secrets, 'writer-password'), 'utf8')).toBe('mine')
})

test('a killed run leaves no empty password behind', () => {
  const state = folder()
  const secrets = makeDockerSecrets(state)
  writeFileSync(join(secrets, 'reader-password'), '')
  makeDockerSecrets(state)
  expect(readFileSync(join(secrets, 'reader-password'), 'utf8')).toMatch(/^[\w-]{32}$/)
})

test('MinIO and the lake know each other by the same words', () => {
  const secrets = makeDockerSecrets(folder())
  const password = readFileSync(join(secrets, 'minio-password'), 'utf8')
  expect(readFileSync(join(secrets, 'lake-credentials'), 'utf8')).toBe(
    `[default]\naws_access_key_id = wikiflow\naws_secret_access_key = ${password}\n`,
  )
})

test('every file that the Compose files name is made', () => {
  const made = readdirSync(makeDockerSecrets(folder()))
  for (const name of ['prod', 'local']) {
    const text = readFileSync(new URL(`../../../compose/docker-compose.${name}.yml`, import.meta.url), 'utf8')
    const { secrets, configs = {} } = parse(text, { merge: true, logLevel: 'error' })
    for (const { file } of Object.values<{ file: string }>({ ...secrets, ...configs })) {
      expect(made).toContain(file.split('/').at(-1))
    }
  }
})
