import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../script.ts'
import { fileTarget } from './file-target.ts'

const keyA = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVdnpNgM1ylpqXGSSbeXYb1WBV2vQP'
const keyB = `ssh-ed25519 ${Buffer.concat([Buffer.from('0000000b', 'hex'), Buffer.from('ssh-ed25519'), Buffer.from('00000020', 'hex'), Buffer.alloc(32, 7)]).toString('base64')}`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-target-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const least = {
  stack: 'wikiflow',
  hosts: [{ name: 'host-1', address: '192.0.2.10', user: 'deployer', hostKey: keyA }],
  database: { host: 'db.example.org', owner: 'owner', passwordFile: 'owner-password', caFile: 'ca.pem' },
  lake: { url: 's3://bucket' },
}

function write(name: string, content: unknown): string {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
  return path
}

const state = () => join(folder, 'state')
const open = (description: unknown) => fileTarget(write('target.json', description), state())

test('the least that a file must say is hosts with their keys, database and lake', () => {
  const target = open(least)
  expect(target).toEqual({
    stack: 'wikiflow',
    hosts: [
      { name: 'host-1', address: '192.0.2.10', port: 22, user: 'deployer', keyName: 'wikiflow.host-1' },
    ],
    pinnedKeys: join(state(), 'targets/wikiflow/known_hosts'),
    folder: join(state(), 'targets/wikiflow'),
    variables: {
      WORKERS: '3',
      PGHOST: 'db.example.org',
      PGPORT: '5432',
      PGDATABASE: 'wikiflow',
      PGUSER: 'owner',
      LAKE_URL: 's3://bucket',
      LAKE_ROTATE_S: '600',
      DASHBOARD_PORT: '80',
    },
    secrets: {
      'owner-password': join(folder, 'owner-password'),
      'writer-password': join(state(), 'targets/wikiflow/writer-password'),
      'reader-password': join(state(), 'targets/wikiflow/reader-password'),
    },
    databaseCa: join(folder, 'ca.pem'),
    overrides: [],
  })
  expect(readFileSync(target.pinnedKeys, 'utf8')).toBe(`wikiflow.host-1 ${keyA}\n`)
  expect(statSync(target.pinnedKeys).mode & 0o777).toBe(0o600)
})

test('the example in the documentation is a target, and every path in it begins at the file', () => {
  const page = readFileSync(new URL('../../../docs/targets.md', import.meta.url), 'utf8')
  const example = /```json\n(.*?)```/s.exec(page)?.[1] ?? ''
  write('keys/known_hosts', `10.0.0.11 ${keyB}\n192.0.2.10 ${keyA}\n`)
  const target = fileTarget(write('target.json', example), state())
  expect(target.hosts[1]).toEqual({
    ...{ name: 'host-2', address: '10.0.0.11', port: 22, user: 'deployer' },
    ...{ identity: join(folder, 'keys/deployer'), keyName: 'wikiflow.host-2' },
    jump: {
      ...{ name: 'host-2-jump', address: '192.0.2.10', port: 22, user: 'deployer' },
      ...{ identity: join(folder, 'keys/deployer'), keyName: 'wikiflow.host-2-jump' },
    },
  })
  expect(target.hosts[0].privateAddress).toBe('10.0.0.10')
  expect(target.variables).toMatchObject({
    KAFKA_TLS: '/etc/wikiflow/kafka-ca.pem',
    SOURCE_SINCE: '2026-08-04T15:00:00Z',
    WIKIFLOW_CONTACT: 'you@example.org',
  })
  expect(target.secrets['kafka-password']).toBe(join(folder, 'secrets/kafka-password'))
  expect(target).toMatchObject({
    kafkaCa: join(folder, 'secrets/kafka-ca.pem'),
    overrides: [join(folder, 'ours.compose.yml')],
    folder: join(folder, '.wikiflow-target'),
  })
  expect(readFileSync(target.pinnedKeys, 'utf8').trim().split('\n').sort()).toEqual([
    `wikiflow.host-1 ${keyA}`,
    `wikiflow.host-2 ${keyB}`,
    `wikiflow.host-2-jump ${keyA}`,
  ])
})

test('another key in the file takes the place of the one that was pinned from it', () => {
  open(least)
  const { pinnedKeys } = open({ ...least, hosts: [{ ...least.hosts[0], hostKey: keyB }] })
  expect(readFileSync(pinnedKeys, 'utf8')).toBe(`wikiflow.host-1 ${keyB}\n`)
})

test('the id of an event may stand in the file as the array that it is', () => {
  const since = [{ topic: 'eqiad.mediawiki.recentchange', partition: 0, timestamp: 1_785_855_600_000 }]
  expect(open({ ...least, source: { since } }).variables.SOURCE_SINCE).toBe(JSON.stringify(since))
  expect(open({ ...least, source: { since: JSON.stringify(since) } }).variables.SOURCE_SINCE).toBe(
    JSON.stringify(since),
  )
})

test('a database on RDS in the region of the lake needs no CA of its own', () => {
  const { caFile: _, ...database } = { ...least.database, host: 'x.abc.eu-west-1.rds.amazonaws.com' }
  const lake = { url: 's3://bucket', region: 'eu-west-1' }
  expect(open({ ...least, database, lake }).databaseCa).toBeUndefined()
  expect(() => open({ ...least, database, lake: { ...lake, region: 'us-east-1' } })).toThrow(
    'database.caFile is missing',
  )
})

describe('is refused with its line, what stands there and what is allowed:', () => {
  const [host] = least.hosts
  const { hostKey: _, ...keyless } = host ?? { hostKey: '' }
  test.each<[string, unknown, RegExp]>([
    [
      'a host without a key',
      { ...least, hosts: [keyless] },
      /:4 {2}hosts\[0\]\.hostKey is missing; allowed: the public key that the host shows/,
    ],
    [
      'a host with two',
      { ...least, hosts: [{ ...host, hostKeyFile: 'k' }] },
      /hosts\[0\]\.hostKeyFile is 'k'; allowed: the public key/,
    ],
    ['no host', { ...least, hosts: [] }, /:3 {2}hosts is \[\]; allowed: at least one host/],
    [
      'two hosts of one name',
      { ...least, hosts: [host, host] },
      /hosts\[1\]\.name is 'host-1'; allowed: each name once \(it is number 1 already\)/,
    ],
    [
      'a user that ssh would take for a flag',
      { ...least, hosts: [{ ...host, user: '-oProxyCommand=id' }] },
      /hosts\[0\]\.user is '-oProxyCommand=id'/,
    ],
    [
      'an address with a command',
      { ...least, hosts: [{ ...host, address: '$(id).example.org' }] },
      /hosts\[0\]\.address is .*; allowed: a host name or an IP address/,
    ],
    [
      'a port as text',
      { ...least, hosts: [{ ...host, port: '22' }] },
      /hosts\[0\]\.port is '22'; allowed: a whole number from 1 to 65535/,
    ],
    [
      'a field that is none',
      { ...least, hosts: [{ ...host, addres: 'x' }] },
      /hosts\[0\]\.addres isn't a field; did you mean address\?/,
    ],
    [
      'a secret in the file',
      { ...least, database: { ...least.database, password: 'hush' } },
      /database\.password isn't a field \(allowed: host, port, name, owner, passwordFile/,
    ],
    [
      'a lake in a folder of the host',
      { ...least, lake: { url: 'file:///x' } },
      /lake\.url is 'file:\/\/\/x'; allowed: s3:/,
    ],
    [
      'a CA without TLS',
      { ...least, kafka: { brokers: ['a:1'], tls: 'off', caFile: 'x' } },
      /kafka\.caFile is 'x'; allowed: no file/,
    ],
    [
      'a start that is no time',
      { ...least, source: { since: 'yesterday' } },
      /source\.since is 'yesterday'; allowed: a time such as/,
    ],
    ['a list', [least], /target\.json:1 {2}the target is \[/],
    ['no JSON', '{', /target\.json isn't JSON: /],
    [
      'a key of another host',
      { ...least, hosts: [{ ...keyless, hostKeyFile: 'known_hosts' }] },
      /known_hosts holds no key of 192\.0\.2\.10/,
    ],
    [
      'a key that is cut short',
      { ...least, hosts: [{ ...host, hostKey: keyA.slice(0, -4) }] },
      /hostKey of wikiflow\.host-1 holds no key/,
    ],
  ])('%s', (_, description, sentence) => {
    write('known_hosts', `192.0.2.99 ${keyB}\n`)
    expect(() => open(description)).toThrow(UserError)
    expect(() => open(description)).toThrow(sentence)
    try {
      open(description)
    } catch (error) {
      expect(String(error)).not.toContain('hush')
    }
  })

  test('a file that is not there', () => {
    expect(() => fileTarget(join(folder, 'none.json'), state())).toThrow(
      /none\.json, the file of the target, can't be read \(ENOENT\)/,
    )
  })
})
