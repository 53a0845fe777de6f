import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { loadStack } from './load.ts'
import { stackSchema } from './schema.ts'
import { configText, type TemplateOptions } from './template.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const prices: Record<string, number> = { 'ec2:t3.medium': 0.0416, 'ebs:gp3': 0.08, 'rds:db.t4g.micro': 0.016 }
const options: TemplateOptions = {
  name: 'wikiflow',
  region: 'us-east-1',
  cidrs: ['203.0.113.7/32'],
  priceOf: item => prices[item],
}
const texts: Record<string, string> = {
  plain: configText(options),
  unpriced: configText({ ...options, region: 'eu-north-1', priceOf: () => undefined }),
  'with-an-apostrophe': configText({ ...options, email: "o'brien@example.org" }),
  'with-a-contact': configText({ ...options, contact: 'https://example.org/~me?a=1#b' }),
  'with-many-networks': configText({
    ...options,
    cidrs: Array.from({ length: 20 }, (_, index) => `203.0.113.${100 + index}/32`),
  }),
}

/** Writes the texts where their import leads to the schema, and their formatter has its settings. */
function written(): string {
  mkdirSync(join(root, '.wikiflow'), { recursive: true })
  const folder = mkdtempSync(join(root, '.wikiflow', 'template-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const schema = pathToFileURL(join(root, 'ops/lib/stack/schema.ts')).href
  for (const [name, text] of Object.entries(texts)) {
    writeFileSync(join(folder, `${name}.ts`), text.replace('./ops/lib/stack/schema.ts', schema))
  }
  return folder
}

test('the file that init writes is one that the other commands read', async () => {
  const folder = written()
  const stacks = await Promise.all(Object.keys(texts).map(name => loadStack(join(folder, `${name}.ts`))))
  expect(stacks[0]).toEqual({
    name: 'wikiflow',
    region: 'us-east-1',
    host: { type: 't3.medium', count: 1, diskGb: 30 },
    database: { class: 'db.t4g.micro', storageGb: 20, backupDays: 7 },
    operator: { cidrs: ['203.0.113.7/32'] },
    dashboard: { access: 'operator' },
    lake: { infrequentAccessAfterDays: 30 },
    pipeline: { workers: 3, lakeRotateS: 600, generation: 1 },
    budget: { creditUsd: 100 },
  })
  expect(stacks[1]?.region).toBe('eu-north-1')
  expect(stacks[2]?.budget.email).toBe("o'brien@example.org")
  expect(stacks[3]?.pipeline.contact).toBe('https://example.org/~me?a=1#b')
  expect(stacks[4]?.operator.cidrs).toHaveLength(20)
})

test('the settings that it only shows may be turned on', async () => {
  const folder = written()
  const all = texts.plain?.replaceAll(/^( +)\/\/ (\w+: .*,)$/gm, '$1$2') ?? ''
  const schema = pathToFileURL(join(root, 'ops/lib/stack/schema.ts')).href
  writeFileSync(join(folder, 'all.ts'), all.replace('./ops/lib/stack/schema.ts', schema))
  expect(await loadStack(join(folder, 'all.ts'))).toMatchObject({
    zone: 'us-east-1a',
    lake: { deleteAfterDays: 365 },
    pipeline: {
      contact: 'you@example.org',
      kafka: { brokers: ['b-1:9096'], tls: 'system', sasl: { mechanism: 'scram-sha-512', username: 'me' } },
    },
    budget: { email: 'you@example.org' },
  })
})

test('every setting there is stands in it', () => {
  for (const [field, schema] of Object.entries(stackSchema.shape)) {
    expect(texts.plain).toMatch(new RegExp(`^ {2}(// )?${field}: `, 'm'))
    const bare = schema instanceof z.ZodPrefault ? schema.unwrap() : schema
    for (const inner of bare instanceof z.ZodObject ? Object.keys(bare.shape) : []) {
      expect(texts.plain).toMatch(new RegExp(`^ {4}(// )?${inner}: `, 'm'))
    }
  }
})

test('prices are those of the region; one that is not known is left out', () => {
  expect(texts.plain).toContain('// t3.medium: 2 vCPUs, 4 GB, $30.37 a month.')
  expect(texts.plain).toContain('// t4g.medium: the same on ARM.')
  expect(texts.plain).toContain('It can grow, never shrink. 30 GB are $2.40 a month.')
  expect(texts.plain).toContain('// db.t4g.micro: 1 GB, $11.68 a month.')
  expect(texts.unpriced).not.toContain('$')
})

test('it is formatted as the project is, so that the first check after it is green', async () => {
  for (const [name, text] of Object.entries(texts)) {
    const formatted = promisify(execFile)(
      join(root, 'node_modules/.bin/biome'),
      ['format', `--stdin-file-path=${name}.ts`],
      { cwd: root },
    )
    formatted.child.stdin?.end(text)
    expect((await formatted).stdout).toBe(text)
  }
  expect(
    Math.max(...Object.values(texts).flatMap(text => text.split('\n').map(line => line.length))),
  ).toBeLessThan(120)
})
