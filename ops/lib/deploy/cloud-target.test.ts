import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keyFiles } from '../cloud/key-files.ts'
import { type Found, type Part } from '../cloud/part.ts'
import { testStack } from '../cloud/test-context.ts'
import { UserError } from '../script.ts'
import { stackId } from '../stack/names.ts'
import { type Stack } from '../stack/schema.ts'
import { cloudTarget } from './cloud-target.ts'

const id = stackId(testStack, '123456789012')
let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-target-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A part that stands as far as a target looks at it. */
function part(partId: string, wanted = true): Part {
  return {
    ...{
      id: partId,
      title: `the ${partId}`,
      name: `wikiflow-${partId}`,
      needs: [],
      wanted,
      want: {},
      fixed: {},
    },
    usage:
      partId === 'host-1' ? [{ name: 'EC2', what: 't3.medium', item: 'ec2:t3.medium', quantity: 730 }] : [],
    ...{ find: never, create: never, change: never, tag: never, remove: never },
  }
}
const never = () => Promise.reject(new Error('a target only reads what was found'))

const found = (more: Partial<Found> = {}): Found => ({ id: 'x', ours: true, facts: {}, ...more })
const host = (number: number, more: Partial<Found> = {}) =>
  found({
    id: `i-0${number}`,
    facts: { state: 'running' },
    outputs: { privateAddress: `172.31.0.${number}`, publicAddress: `198.51.100.${number}` },
    ...more,
  })
const database = (more: Partial<Found> = {}) =>
  found({
    facts: { state: 'running', 'master user': 'wikiflow_owner', database: 'wikiflow' },
    outputs: { endpoint: 'wikiflow.abc.us-east-1.rds.amazonaws.com', port: '5432' },
    ...more,
  })

const whole: Record<string, Found> = {
  bucket: found({ id: 'wikiflow-123456789012-us-east-1' }),
  database: database(),
  'host-1': host(1),
  address: found({ outputs: { address: '203.0.113.9' } }),
}

type Pipeline = Partial<Stack['pipeline']>

function target(changes: Record<string, Found | undefined> = {}, pipeline: Pipeline = {}, count = 1) {
  const hosts = Array.from({ length: Math.max(count, 3) }, (_, index) =>
    part(`host-${index + 1}`, index < count),
  )
  const parts = [
    part('bucket'),
    part('host-group'),
    part('database'),
    ...hosts,
    part('address'),
    part('budget'),
  ]
  const things = Object.entries({ ...whole, ...changes }).flatMap(([name, thing]) =>
    thing ? [[name, thing] as const] : [],
  )
  const stack = { ...testStack, pipeline: { ...testStack.pipeline, contact: 'me@example.org', ...pipeline } }
  return cloudTarget({ stack, parts, context: { files: keyFiles(folder, id), id } }, new Map(things))
}

test('a provisioned stack is deployed to as its owner, by its fixed address, with keys pinned to the instance', () => {
  const keys = join(folder, 'cloud/wikiflow-us-east-1-123456789012')
  expect(target()).toEqual({
    stack: 'wikiflow',
    hosts: [
      {
        name: 'host-1',
        user: 'ec2-user',
        address: '203.0.113.9',
        privateAddress: '172.31.0.1',
        port: 22,
        identity: join(keys, 'ssh-key'),
        keyName: 'i-01',
      },
    ],
    pinnedKeys: join(keys, 'known_hosts'),
    folder: keys,
    variables: {
      WORKERS: '3',
      WIKIFLOW_CONTACT: 'me@example.org',
      PGHOST: 'wikiflow.abc.us-east-1.rds.amazonaws.com',
      PGPORT: '5432',
      PGDATABASE: 'wikiflow',
      PGUSER: 'wikiflow_owner',
      LAKE_URL: 's3://wikiflow-123456789012-us-east-1',
      LAKE_ROTATE_S: '600',
      AWS_REGION: 'us-east-1',
      DASHBOARD_PORT: '80',
    },
    secrets: {
      'owner-password': join(keys, 'master-password'),
      'writer-password': join(keys, 'writer-password'),
      'reader-password': join(keys, 'reader-password'),
    },
    overrides: [],
    costPerHour: expect.closeTo(0.0416, 4),
  })
})

test('another generation has a database of its own, and a folder that the hosts may write in the lake', () => {
  const { variables } = target({}, { generation: 2 })
  expect(variables).toMatchObject({
    PGDATABASE: 'wikiflow_2',
    LAKE_URL: 's3://wikiflow-123456789012-us-east-1/raw/generation-2',
  })
})

test('further hosts are reached by their own address, the first comes first, and one that is to go is left out', () => {
  const { hosts } = target({ 'host-2': host(2), 'host-3': host(3), 'host-1': host(1) }, {}, 2)
  expect(hosts.map(({ name, address, keyName }) => [name, address, keyName])).toEqual([
    ['host-1', '203.0.113.9', 'i-01'],
    ['host-2', '198.51.100.2', 'i-02'],
  ])
})

test(
  'brokers of one’s own take Redpanda’s place, their password from a file beside the keys'.replaceAll(
    '’',
    "'",
  ),
  () => {
    const kafka = {
      brokers: ['b-1:9096', 'b-2:9096'],
      tls: 'own-ca' as const,
      sasl: { mechanism: 'scram-sha-512' as const, username: 'me' },
    }
    const { variables, secrets, kafkaCa } = target({}, { kafka })
    expect(variables).toMatchObject({ KAFKA_BROKERS: 'b-1:9096,b-2:9096', KAFKA_USERNAME: 'me' })
    expect(secrets['kafka-password']).toMatch(/us-east-1-123456789012\/kafka-password$/)
    expect(kafkaCa).toMatch(/kafka-ca\.pem$/)
    expect(
      target({}, { kafka: { brokers: ['b-1:9092'], tls: 'off' } }).secrets['kafka-password'],
    ).toBeUndefined()
  },
)

test('certificates of a region that is not known here are taken from the folder of its keys', () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'wikiflow-target-'))
  const files = { ...keyFiles(elsewhere, id), folder: elsewhere }
  const open = { stack: testStack, parts: Object.keys(whole).map(name => part(name)), context: { files, id } }
  const things = new Map(Object.entries(whole))
  expect(cloudTarget(open, things).databaseCa).toBeUndefined()
  writeFileSync(join(elsewhere, 'database-ca.pem'), 'x')
  expect(cloudTarget(open, things).databaseCa).toBe(join(elsewhere, 'database-ca.pem'))
  rmSync(elsewhere, { recursive: true })
})

test.each<[string, Record<string, Found | undefined>, string]>([
  [
    'nothing of it is there',
    { bucket: undefined, database: undefined, 'host-1': undefined, address: undefined },
    'there is no stack wikiflow in us-east-1 of account 123456789012: make it with npx zx ops/provision.ts',
  ],
  [
    'some of it is there',
    { database: undefined, address: undefined },
    "isn't whole, it lacks the database wikiflow-database, the address wikiflow-address: npx zx ops/provision.ts",
  ],
  [
    'a thing is somebody else’s'.replace('’', "'"),
    { bucket: found({ ours: false }) },
    "(there, but without this stack's tags)",
  ],
  [
    'it is paused',
    {
      'host-1': host(1, { facts: { state: 'stopped' } }),
      database: database({ facts: { state: 'stopped' } }),
    },
    'is paused (wikiflow-database is stopped, wikiflow-host-1 is stopped): npx zx ops/resume.ts starts it',
  ],
  ['it is being paused', { 'host-1': host(1, { facts: { state: 'stopping' } }) }, 'npx zx ops/resume.ts'],
  [
    'it is being made',
    { database: database({ facts: { state: 'creating' }, outputs: {} }) },
    "doesn't run yet (wikiflow-database is creating): npx zx ops/provision.ts",
  ],
  [
    'the database has no address yet',
    { database: database({ outputs: {} }) },
    'is half made, its database has no address yet: npx zx ops/provision.ts',
  ],
  [
    'a host has no address yet',
    { 'host-1': host(1, { outputs: {} }) },
    'is half made, host-1 (i-01) has no address yet',
  ],
])('when %s, the sentence names the next command', (_, changes, sentence) => {
  expect(() => target(changes)).toThrow(UserError)
  expect(() => target(changes)).toThrow(sentence)
})
