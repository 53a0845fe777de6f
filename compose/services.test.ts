import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { secretNames } from '../ops/lib/deploy/target.ts'
import { roles } from '../runtime/src/contract.ts'

/** MiB that a t3.medium's kernel shows, and what the system with Docker takes of it: the head of the file says the same. */
const hostMib = 3_834
const systemMib = 350

const serviceSchema = z.looseObject({
  image: z.string(),
  user: z.string(),
  command: z.array(z.string()),
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.null()])).default({}),
  read_only: z.literal(true),
  init: z.literal(true),
  cap_drop: z.tuple([z.literal('ALL')]),
  healthcheck: z.looseObject({ disable: z.boolean().optional(), interval: z.string().optional() }),
  logging: z.object({
    driver: z.literal('json-file'),
    options: z.object({ 'max-size': z.string(), 'max-file': z.string() }),
  }),
  ulimits: z.looseObject({ core: z.literal(0) }),
  stop_grace_period: z.string(),
  ports: z.array(z.object({ target: z.number(), mode: z.literal('host') }).loose()).default([]),
  deploy: z.looseObject({
    replicas: z.union([z.number(), z.string()]),
    endpoint_mode: z.literal('dnsrr'),
    labels: z.object({ 'wikiflow.release': z.string() }),
    restart_policy: z.looseObject({ condition: z.enum(['any', 'on-failure']) }),
    update_config: z.looseObject({ order: z.string(), failure_action: z.enum(['rollback', 'continue']) }),
    rollback_config: z.looseObject({ order: z.string() }),
    resources: z.object({
      limits: z.object({ memory: z.string().regex(/^\d+M$/), pids: z.number() }),
      reservations: z.object({ memory: z.string().regex(/^\d+M$/) }),
    }),
  }),
})

const fileSchema = z.looseObject({
  services: z.record(z.string(), serviceSchema),
  secrets: z.record(z.string(), z.object({ name: z.string(), file: z.string() })),
  configs: z.record(z.string(), z.object({ name: z.string(), file: z.string() })),
})

const textOf = (name: string) => readFileSync(new URL(`docker-compose.${name}.yml`, import.meta.url), 'utf8')
const prod = fileSchema.parse(parse(textOf('prod'), { merge: true }))
const services = Object.entries(prod.services)

/** Names between `${` and what follows, and those of variables that are passed on as they are. */
function variablesOf(text: string): string[] {
  const body = text.replaceAll(/^#.*$/gm, '')
  const interpolated = [...body.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name ?? '')
  const passedOn = [...body.matchAll(/^ +([A-Z][A-Z_]+):$/gm)].map(([, name]) => name ?? '')
  return [...new Set([...interpolated, ...passedOn])]
}

const mib = (memory: string) => Number(memory.replace('M', ''))

test('every service is limited, watched, rotated, read-only, and without root', () => {
  expect(services.map(([name]) => name)).toEqual([
    'redpanda',
    'init',
    'ingest',
    'worker',
    'batch',
    'dashboard',
  ])
  for (const [name, { user, healthcheck }] of services) {
    expect(user, name).toMatch(/^[1-9]\d*:[1-9]\d*$/)
    if (name === 'init') expect(healthcheck.disable).toBe(true)
    else
      expect(healthcheck, name).toMatchObject({ interval: expect.any(String), retries: expect.any(Number) })
  }
})

test('the limits, with the one more of an update, fit beside the system on the smallest host', () => {
  const limit = (name: string) => mib(prod.services[name]?.deploy.resources.limits.memory ?? '')
  const standing =
    limit('redpanda') + limit('ingest') + 3 * limit('worker') + limit('batch') + limit('dashboard')
  const most = standing + Math.max(limit('worker'), limit('init'))
  expect(most).toBeLessThanOrEqual(hostMib - systemMib)
  const [head = ''] = textOf('prod').split('\nx-logging:')
  for (const number of [standing, most, hostMib - systemMib]) {
    expect(head).toContain(number.toLocaleString('en-US'))
  }
})

test('what is reserved is no more than what may be used', () => {
  for (const [name, { deploy }] of services) {
    const { limits, reservations } = deploy.resources
    expect(mib(reservations.memory), name).toBeLessThanOrEqual(mib(limits.memory))
  }
})

test('no secret stands in an environment, a command or a label', () => {
  for (const [name, service] of services) {
    for (const [variable, value] of Object.entries(service.environment)) {
      if (!/PASSWORD|SECRET|TOKEN|KEY/.test(variable)) continue
      expect(`${name} ${variable}`).toMatch(/_FILE$/)
      expect(value).toMatch(/^\/run\/secrets\//)
    }
    expect(service.command.join(' '), name).not.toMatch(/password|secret/i)
  }
})

test('the log is started as for production: rpk reads its settings, and each record is on the disk', () => {
  const { command = [], healthcheck } = prod.services.redpanda ?? {}
  // rpk takes `--set` and `key=value` as two arguments alone, and an image has developer_mode from the start.
  expect(command.filter(argument => argument.startsWith('--set='))).toEqual([])
  const settings = command.filter((_, i) => command[i - 1] === '--set')
  expect(settings).toEqual([
    'redpanda.developer_mode=false',
    'redpanda.write_caching_default=false',
    'redpanda.auto_create_topics_enabled=false',
    'redpanda.storage_min_free_bytes=5368709120',
    'redpanda.core_balancing_continuous=false',
    'redpanda.partition_autobalancing_mode=node_add',
    'redpanda.crash_loop_limit=1000',
  ])
  expect(command).toContain('--unsafe-bypass-fsync=false')
  expect(command.join(' ')).not.toContain('dev-container')
  const pattern = /grep -Eq '(.*)'/.exec(String((healthcheck as { test?: unknown }).test))?.[1] ?? ''
  const isHealthy = (text: string) =>
    spawnSync('grep', ['-Eq', pattern], { input: `CLUSTER HEALTH\n${text}\n` }).status === 0
  expect(isHealthy('Healthy:                          true\nUnhealthy reasons:                []')).toBe(true)
  expect(isHealthy('Healthy:  false\nUnhealthy reasons:  [high_disk_usage_nodes]')).toBe(true)
  expect(isHealthy('Healthy:  false\nUnhealthy reasons:  [no_elected_controller]')).toBe(false)
  expect(
    isHealthy('Healthy:  false\nUnhealthy reasons:  [high_disk_usage_nodes leaderless_partitions]'),
  ).toBe(false)
  expect(isHealthy('')).toBe(false)
})

test('only the dashboard is published', () => {
  expect(services.filter(([, { ports }]) => ports.length > 0).map(([name]) => name)).toEqual(['dashboard'])
})

test('of what must not run twice, the old ends first; a worker gives way to its successor', () => {
  const orders = services.map(([name, { deploy }]) => [name, deploy.update_config.order])
  expect(Object.fromEntries(orders)).toMatchObject({
    redpanda: 'stop-first',
    ingest: 'stop-first',
    batch: 'stop-first',
    worker: 'start-first',
    // A port of the host's own is held by one container at a time.
    dashboard: 'stop-first',
  })
})

test('what keeps running is put back by Swarm; what ends, which Swarm takes for a failure, is not', () => {
  for (const [, { deploy }] of services) {
    const ends = deploy.restart_policy.condition === 'on-failure'
    expect(deploy.update_config.failure_action).toBe(ends ? 'continue' : 'rollback')
  }
})

test('only what the log and the address hang on is tied to the first host', () => {
  const tied = services.filter(([, { deploy }]) =>
    JSON.stringify(deploy.placement ?? {}).includes('wikiflow.first'),
  )
  expect(tied.map(([name]) => name)).toEqual(['redpanda', 'dashboard'])
})

test('the roles are those that migrations make', () => {
  expect(prod.services.worker?.environment.PGUSER).toBe(roles.writer)
  expect(prod.services.batch?.environment.PGUSER).toBe(roles.writer)
  expect(prod.services.dashboard?.environment.PGUSER).toBe(roles.reader)
})

test.for(['prod', 'kafka', 'kafka-ca'])('a new content makes a new name for each secret of %s', file => {
  const { secrets = {}, configs = {} } = fileSchema
    .pick({ secrets: true, configs: true })
    .partial()
    .parse(parse(textOf(file)))
  for (const [key, { name, file: path }] of Object.entries({ ...secrets, ...configs })) {
    const mark = `${key.replaceAll('-', '_').toUpperCase()}_MARK`
    expect(name).toBe(`\${STACK:-wikiflow}_${key}_\${${mark}:-0}`)
    expect(path).toContain(`/${key}`)
  }
})

test('every secret that a deploy writes has its place', () => {
  const named = ['prod', 'kafka'].flatMap(file =>
    Object.keys((parse(textOf(file)) as { secrets: object }).secrets),
  )
  expect(named.toSorted()).toEqual([...secretNames].toSorted())
})

test.for(['prod', 'kafka', 'kafka-ca', 'local'])('every variable of %s is told at its head', file => {
  const text = textOf(file)
  const heads = file === 'prod' ? text : `${text}\n${textOf('prod')}`
  const told = heads
    .split('\n')
    .filter(line => line.startsWith('#'))
    .join('\n')
  const variables = variablesOf(text)
  expect(variables.length).toBeGreaterThan(1)
  for (const variable of variables) expect(told).toMatch(new RegExp(`\\b${variable}\\b`))
})

test('the Dockerfile takes what the oldest builder takes, and names its user by number', () => {
  const dockerfile = readFileSync(new URL('Dockerfile', import.meta.url), 'utf8')
  const instructions = dockerfile.replaceAll(/^#.*\n/gm, '')
  expect(instructions).not.toMatch(/--mount|--chmod|--link|<<|\$TARGETPLATFORM/)
  expect(instructions).toMatch(/^USER 10001:10001$/m)
  expect(instructions).toMatch(/^HEALTHCHECK /m)
  expect([...instructions.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual([
    'node:26-bookworm-slim',
    'debian:bookworm-slim',
    'debian:bookworm-slim',
  ])
})
