import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Release } from '../host/release.ts'
import { assemble } from './assemble.ts'
import { type Target } from './target.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-assemble-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const compose = ['prod', 'kafka', 'kafka-ca'].map(name => `compose/docker-compose.${name}.yml`)
const code = (changes: Record<string, string> = {}): Release => {
  const contents: Record<string, string> = {
    'package.json': '{}',
    'runtime/src/init/main.ts': '// init',
    'runtime/migrations/0002_b.sql': '',
    'runtime/migrations/0001_a.sql': '',
    'compose/Dockerfile': 'FROM x',
    ...Object.fromEntries(compose.map(path => [path, `# ${path}`])),
    ...changes,
  }
  const files = Object.entries(contents).map(([path, text]) => ({ path, content: Buffer.from(text) }))
  return { id: '', files, bytes: 0 }
}
const target = (changes: Partial<Target> = {}): Target => ({
  stack: 'wikiflow',
  hosts: [{ name: 'host-1', user: 'u', address: '198.51.100.7', port: 22, keyName: 'k' }],
  pinnedKeys: 'known_hosts',
  folder,
  variables: { PGHOST: 'db', WORKERS: '3' },
  secrets: {},
  overrides: [],
  ...changes,
})
const ids = async (release = code(), where = target(), marks = {}) => {
  const { deployment } = await assemble(release, where, marks)
  return { release: deployment.release, image: deployment.image }
}

test('the same files, variables and secrets are the same release, and other ones another', async () => {
  const first = await ids()
  expect(await ids()).toEqual(first)
  const changes = [
    await ids(code({ 'runtime/src/init/main.ts': '// other' })),
    await ids(code(), target({ variables: { PGHOST: 'other', WORKERS: '3' } })),
    await ids(code(), target(), { OWNER_PASSWORD_MARK: 'aaaa' }),
    await ids(code({ [compose[0] ?? '']: '# other' })),
  ]
  expect(new Set([first, ...changes].map(({ release }) => release)).size).toBe(5)
})

test('only what goes into the image makes another image', async () => {
  const { image } = await ids()
  expect((await ids(code({ 'compose/Dockerfile': 'FROM y' }))).image).not.toBe(image)
  expect((await ids(code({ [compose[0] ?? '']: '# other' }))).image).toBe(image)
  expect((await ids(code(), target({ variables: {} }))).image).toBe(image)
})

test('a scaled stack is the same release', async () => {
  expect((await ids(code(), target({ variables: { PGHOST: 'db', WORKERS: '6' } }))).release).toBe(
    (await ids()).release,
  )
})

test('an outside Kafka brings its Compose files, then come those of the target, in their order', async () => {
  const overrides = ['b.yml', 'a.yml'].map(name => join(folder, name))
  for (const path of overrides) writeFileSync(path, `# ${path}`)
  const variables = { KAFKA_BROKERS: 'b:9093' }
  const { deployment, release } = await assemble(
    code(),
    target({ overrides, variables, kafkaCa: 'ca.pem' }),
    {},
  )
  expect(deployment.compose.map(({ name }) => name)).toEqual([
    ...compose,
    'overrides/1-b.yml',
    'overrides/2-a.yml',
  ])
  expect(deployment.variables.REDPANDA_REPLICAS).toBe('0')
  expect(deployment.migrations).toEqual(['0001_a.sql', '0002_b.sql'])
  expect(release.files.map(({ path }) => path)).toContain('deployment.json')
})

test('an override that is not there is named', async () => {
  const missing = join(folder, 'none.yml')
  await expect(assemble(code(), target({ overrides: [missing] }), {})).rejects.toThrow(
    `the Compose file ${missing} can't be read (ENOENT)`,
  )
})
