import { expect, test } from 'vitest'
import { readRelease } from '../host/release.ts'
import { projectRoot } from '../stack/load.ts'
import { composeStep, missingVariables } from './compose-step.ts'
import { contextWith } from './test-context.ts'
import { usualStack } from './usual-stack.ts'

const text = `a: \${PGHOST:?needed} b: \${LAKE_URL?} c: $\${PGUSER:?no} d: \${WORKERS:-3} e: \${SECRETS:?} f: $PGPORT`

test('a variable that a file needs and nobody sets is found, one with a default or set on the host is not', () => {
  expect(missingVariables(text, {})).toEqual(['PGHOST', 'LAKE_URL'])
  expect(missingVariables(text, { PGHOST: '', LAKE_URL: 's3://a' })).toEqual(['PGHOST'])
})

const release = () => readRelease(projectRoot())

test("this project's production file is whole for a stack that says who reads the stream", async () => {
  const pipeline = { ...usualStack.pipeline, contact: 'me@example.org' }
  const context = contextWith({ release, described: async () => ({ ...usualStack, pipeline }) })
  expect(await composeStep.probe(context, () => {})).toEqual({
    state: 'done',
    evidence: expect.stringMatching(/^6 services, \d+ variables from wikiflow\.config\.ts$/),
  })
})

test('who reads the stream is asked for before anything is made that costs', async () => {
  await expect(composeStep.probe(contextWith({ release }), () => {})).rejects.toThrow(
    'set pipeline.contact in wikiflow.config.ts',
  )
})

test('before there is a description, the file is read as init would have it', async () => {
  const context = contextWith({ release, described: async () => undefined })
  expect(await composeStep.probe(context, () => {})).toMatchObject({
    state: 'done',
    evidence: expect.stringMatching(/from what npx zx ops\/init\.ts would write$/),
  })
})

test('a release without it, or with one that is no YAML, says which file', async () => {
  const none = composeStep.probe(contextWith({ described: async () => undefined }), () => {})
  await expect(none).rejects.toThrow('the release has no compose/docker-compose.prod.yml')
  const content = Buffer.from('services: [')
  const files = [{ path: 'compose/docker-compose.prod.yml', content }]
  const broken = contextWith({
    described: async () => undefined,
    release: async () => ({ id: '', files, bytes: 0 }),
  })
  await expect(composeStep.probe(broken, () => {})).rejects.toThrow(
    'compose/docker-compose.prod.yml is no YAML',
  )
})
