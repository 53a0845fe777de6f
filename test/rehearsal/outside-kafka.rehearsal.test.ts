import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ApacheKafka, startApacheKafka } from '../engines/apache-kafka.ts'
import { freePort } from '../engines/free-port.ts'
import { type TargetDescription } from './target.ts'
import { servicesOn } from './walk/containers.ts'
import { toldBy } from './walk/leaks.ts'
import { openWalk, type Walk } from './walk/walk.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 420_000 }
/** They last for three minutes: beyond the way out and back. */
const events = 8_000
const user = 'pipeline'
const password = 'correct-horse-7'

let walk: Walk
let folder: string
let kafka: ApacheKafka

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wikiflow-outside-'))
  walk = await openWalk({ source: { rate: 40, total: events } })
  await walk.must('deploy.ts', '--yes')
  const { gateway } = walk.rehearsal
  kafka = await startApacheKafka({
    ...{ dataDir: join(folder, 'kafka'), port: await freePort() },
    ...{ users: { [user]: password }, secureHost: gateway, clusterId: 'b3V0c2lkZS1rYWZrYS0wMQ' },
  })
  await writeFile(join(folder, 'password'), `${password}\n`, { mode: 0o600 })
}, 900_000)

afterAll(async () => {
  await walk?.close()
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
}, 60_000)

/** Brokers with TLS and SASL, as a provider gives them. */
function outside(): Pick<TargetDescription, 'kafka'> {
  if (!kafka.secure) throw new Error('no listener with TLS')
  const { brokers, caFile } = kafka.secure
  const sasl = { mechanism: 'scram-sha-512' as const, username: user, passwordFile: join(folder, 'password') }
  return { kafka: { brokers: [brokers], caFile, sasl } }
}

/** Where counts begin anew: another log's offsets are none of the first's. */
function newGeneration(): Pick<TargetDescription, 'database' | 'lake'> {
  const { database, lake } = walk.rehearsal.site
  const { host, port, owner, passwordFile, ca } = database
  return {
    database: { host, port, owner, passwordFile, caFile: ca, name: 'wikiflow_2' },
    lake: { url: `${lake.url}/generation-2`, region: lake.region, rotateS: 5 },
  }
}

const brokersOfOurs = async () => {
  const services = await servicesOn(walk.first, walk.stack)
  return services.find(({ service }) => service === 'redpanda')?.wanted
}

test(
  'with the database that counted another log they are refused, and the old log goes on',
  slowly,
  async () => {
    await walk.describe(outside())
    const { code, said } = await walk.run('deploy.ts', '--yes')
    expect(code, said).toBe(1)
    expect(said).toContain('the database counts topic wiki.recentchange of cluster')
    expect(said).toMatch(/^rolled back to [0-9a-f]{12}, which serves$/m)
    expect(await brokersOfOurs()).toBe(1)
  },
)

test('with a generation of their own they take its place, by the description alone', slowly, async () => {
  await walk.describe({ ...outside(), ...newGeneration() })
  const said = await walk.must('deploy.ts', '--yes', '--since', new Date().toISOString())
  expect(said).toMatch(/^~ redpanda\b/m)
  expect(await brokersOfOurs()).toBe(0)
  const conserved = async () => {
    const { code, totals } = await walk.audit()
    expect(code).toBe(0)
    expect(totals.lakeRows).toBeGreaterThan(100)
  }
  await vi.waitFor(conserved, { timeout: 120_000, interval: 1_000 })
  expect(await toldBy(walk.first)).not.toContain(password)
})

test('back on the log of its own, the pipeline reads what it missed meanwhile', slowly, async () => {
  await walk.describe()
  await walk.must('deploy.ts', '--yes')
  expect(await brokersOfOurs()).toBe(1)
  const { code, totals, source } = await walk.auditAtEnd()
  expect({ code, counted: source?.counted }).toEqual({ code: 0, counted: events })
  expect(totals.records).toBeGreaterThanOrEqual(events)
})

test('and to the brokers outside again, which go on where they were', slowly, async () => {
  await walk.describe({ ...outside(), ...newGeneration() })
  await walk.must('deploy.ts', '--yes')
  expect(await brokersOfOurs()).toBe(0)
  expect(await walk.must('audit.ts')).toMatch(/^conserved: /m)
})
