import { expect, test } from 'vitest'
import { type PipelineSettings, variablesOf } from './variables.ts'

const least: PipelineSettings = {
  workers: 3,
  database: { host: 'db', port: 5432, name: 'wikiflow', owner: 'owner' },
  lake: { url: 's3://bucket', rotateS: 600 },
  dashboardPort: 80,
}

test('what is not given is no variable at all, not an empty one', () => {
  expect(variablesOf(least)).toEqual({
    WORKERS: '3',
    PGHOST: 'db',
    PGPORT: '5432',
    PGDATABASE: 'wikiflow',
    PGUSER: 'owner',
    LAKE_URL: 's3://bucket',
    LAKE_ROTATE_S: '600',
    DASHBOARD_PORT: '80',
  })
})

test('all that can be given has a name that the Compose files read', () => {
  const all: PipelineSettings = {
    ...least,
    contact: 'you@example.org',
    source: { url: 'http://source/', since: '[{"topic":"t"}]' },
    kafka: {
      brokers: ['a:9096', 'b:9096'],
      tls: 'system',
      sasl: { mechanism: 'scram-sha-512', username: 'me' },
    },
    lake: { url: 's3://bucket/x', rotateS: 300, region: 'eu-west-1' },
    logLevel: 'debug',
  }
  expect(variablesOf(all)).toEqual({
    ...variablesOf(least),
    WIKIFLOW_CONTACT: 'you@example.org',
    SOURCE_URL: 'http://source/',
    SOURCE_SINCE: '[{"topic":"t"}]',
    KAFKA_BROKERS: 'a:9096,b:9096',
    KAFKA_TLS: 'system',
    KAFKA_SASL_MECHANISM: 'scram-sha-512',
    KAFKA_USERNAME: 'me',
    LAKE_URL: 's3://bucket/x',
    LAKE_ROTATE_S: '300',
    AWS_REGION: 'eu-west-1',
    LOG_LEVEL: 'debug',
  })
})

test('a CA of one’s own is read where the Compose file puts it'.replace('’', "'"), () => {
  const { KAFKA_TLS } = variablesOf({ ...least, kafka: { brokers: ['a:1'], tls: 'own-ca' } })
  expect(KAFKA_TLS).toBe('/etc/wikiflow/kafka-ca.pem')
})

test.each([
  '$(reboot)',
  `$\{HOME}`,
  '$$PGUSER',
  '`id`',
  '; rm -rf /',
  "o'brien",
  'a"b\\c',
  ' leading and trailing ',
  'two\nlines',
  '#comment: [yaml, {}]',
  '--flag',
  'ü\u{1F511}',
])('the hostile value %j is neither cut nor escaped here', hostile => {
  const variables = variablesOf({
    ...least,
    contact: hostile,
    source: { url: hostile, since: hostile },
    kafka: { brokers: [hostile], tls: 'off', sasl: { mechanism: 'plain', username: hostile } },
    database: { host: hostile, port: 1, name: hostile, owner: hostile },
    lake: { url: hostile, rotateS: 600, region: hostile },
  })
  expect(Object.entries(variables).flatMap(([name, value]) => (value === hostile ? [name] : []))).toEqual([
    ...['WIKIFLOW_CONTACT', 'SOURCE_URL', 'SOURCE_SINCE', 'KAFKA_BROKERS', 'KAFKA_USERNAME'],
    ...['PGHOST', 'PGDATABASE', 'PGUSER', 'LAKE_URL', 'AWS_REGION'],
  ])
})
