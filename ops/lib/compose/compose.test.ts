import { expect, test } from 'vitest'
import { parse } from 'yaml'
import {
  definitionOf,
  isJob,
  readCompose,
  serviceNames,
  stackFile,
  variablesIn,
  withoutReplaced,
} from './compose.ts'

const text = `
x-logging: &logging { driver: json-file, options: { max-size: 10m } }
services:
  init:
    image: \${WIKIFLOW_IMAGE:?no image}
    logging: *logging
    secrets: [owner]
    deploy: { restart_policy: { condition: on-failure } }
  worker:
    image: \${WIKIFLOW_IMAGE:?no image}
    logging: *logging
    environment: { PRICE: $$5, PGHOST: "$PGHOST", LEVEL: "\${LOG_LEVEL:-info}", SOURCE_URL: }
    secrets: [{ source: writer, target: writer-password }]
    networks: { pipeline: {} }
secrets:
  owner: { file: "\${SECRETS}/owner", name: "owner_\${OWNER_MARK:-0}" }
  writer: { file: "\${SECRETS}/writer", name: "writer_\${WRITER_MARK:-0}" }
networks: { pipeline: {}, other: {} }
`
const file = readCompose({ name: 'prod.yml', text })

test.each([
  ['services: [', /^broken\.yml is no YAML: .*line 1/],
  ['- a list', /^broken\.yml is no Compose file: it: /],
  ['services: { worker: none }', /^broken\.yml is no Compose file: services\.worker: /],
])('what is no Compose file is named with the place: %s', (broken, sentence) => {
  expect(() => readCompose({ name: 'broken.yml', text: broken })).toThrow(sentence)
})

test('cut down, a file keeps what its services share, and its variables stay variables', () => {
  const cut = parse(stackFile(file, ['init']))
  expect(cut.version).toBe('3.9')
  expect(Object.keys(cut.services)).toEqual(['init'])
  expect(cut.services.init).toMatchObject({
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Compose's own form of a variable
    image: '${WIKIFLOW_IMAGE:?no image}',
    logging: { driver: 'json-file' },
  })
  expect(Object.keys(cut.secrets)).toEqual(['owner', 'writer'])
})

test('a file read over another adds services and overrides restarts', () => {
  const over = readCompose({
    name: 'over.yml',
    text: 'services: { probe: {}, init: { deploy: { restart_policy: { condition: any } } } }',
  })
  expect(serviceNames([file, over])).toEqual(['init', 'worker', 'probe'])
  expect([isJob([file], 'init'), isJob([file, over], 'init'), isJob([file], 'worker')]).toEqual([
    true,
    false,
    false,
  ])
})

test('the variables of a service are those of its secrets too, and not those of others', () => {
  expect(variablesIn(definitionOf([file], 'worker'))).toEqual([
    ...['LOG_LEVEL', 'PGHOST', 'SECRETS', 'SOURCE_URL', 'WIKIFLOW_IMAGE', 'WRITER_MARK'],
  ])
  expect(variablesIn(definitionOf([file], 'init'))).toEqual(['OWNER_MARK', 'SECRETS', 'WIKIFLOW_IMAGE'])
})

test('a command, an entrypoint or a health check of a later file takes the place of the earlier one', () => {
  const files = [
    'services: { log: { command: [redpanda, start], entrypoint: [rpk], healthcheck: { test: [CMD, rpk], retries: 3 } } }',
    'services: { log: { command: [start-kafka], healthcheck: { interval: 2s } }, other: { command: [x] } }',
    'services: { log: { healthcheck: { test: [CMD, kcat] } } }',
  ].map((text, index) => readCompose({ name: `${index}.yml`, text }))
  expect(withoutReplaced(files).map(({ services }) => services)).toEqual([
    { log: { entrypoint: ['rpk'], healthcheck: { retries: 3 } } },
    { log: { command: ['start-kafka'], healthcheck: { interval: '2s' } }, other: { command: ['x'] } },
    { log: { healthcheck: { test: ['CMD', 'kcat'] } } },
  ])
})
