import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Simulator, startSimulator } from '../../ops/lib/local/source/simulator.ts'
import { readConfig } from '../../runtime/src/platform/config.ts'
import { createKafka, kafkaSettings } from '../../runtime/src/platform/kafka.ts'
import { type ApacheKafka, startApacheKafka } from '../engines/apache-kafka.ts'
import { freePort } from '../engines/free-port.ts'
import { type SecureListener } from '../engines/kafka-listener.ts'
import { startTestPostgres, type TestDatabase, type TestPostgres } from '../engines/postgres.ts'
import { type ServiceProcess, startService } from '../engines/service.ts'

const user = 'pipeline'
const password = 'correct-horse-7'
const events = 600
const silent = pino({ level: 'silent' })
const patience = { timeout: 90_000, interval: 200 }

let folder: string
let kafka: ApacheKafka
let secure: SecureListener
let postgres: TestPostgres
let database: TestDatabase
let simulator: Simulator | undefined
const services: ServiceProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wikiflow-outside-'))
  const dataDir = join(folder, 'kafka')
  kafka = await startApacheKafka({ dataDir, port: await freePort(), users: { [user]: password } })
  if (!kafka.secure) throw new Error('no listener with TLS')
  secure = kafka.secure
  postgres = await startTestPostgres()
  database = await postgres.database()
  await writeFile(join(folder, 'password'), `${password}\n`)
  await writeFile(join(folder, 'wrong'), 'not-it\n')
})
afterEach(async () => {
  for (const service of services.splice(0)) {
    service.signal('SIGTERM')
    await service.exited
  }
})
afterAll(async () => {
  await simulator?.stop()
  await postgres?.stop()
  await kafka?.stop()
  await rm(folder, { recursive: true, force: true })
})

/** How the pipeline reaches the brokers as it should, but for what `more` says. */
const reaching = (more: Record<string, string> = {}) => ({
  KAFKA_BROKERS: secure.brokers,
  KAFKA_TLS: secure.caFile,
  KAFKA_SASL_MECHANISM: 'scram-sha-512',
  KAFKA_USERNAME: user,
  KAFKA_PASSWORD_FILE: join(folder, 'password'),
  ...more,
})

const lakeUrl = () => pathToFileURL(join(folder, 'lake')).href

function start(name: string, settings: Record<string, string | number | undefined>): ServiceProcess {
  const service = startService(name, settings)
  services.push(service)
  return service
}

/** Makes topic and schema, as the one-shot before a release does. */
async function init(kafkaSettings: Record<string, string>): Promise<{ code: unknown; said: string }> {
  const { owner, writer, reader } = database
  const once = startService('init', {
    ...{ ...kafkaSettings, ...owner },
    WRITER_PASSWORD_FILE: writer.PGPASSWORD_FILE,
    READER_PASSWORD_FILE: reader.PGPASSWORD_FILE,
  })
  return { code: await once.exited, said: once.output() }
}

function audit(kafkaSettings: Record<string, string>): Promise<{ code: number; out: string; err: string }> {
  const program = fileURLToPath(new URL('../../runtime/src/audit/main.ts', import.meta.url))
  const { PGHOST, PGPORT, PGUSER, PGPASSWORD_FILE, PGDATABASE } = database.reader
  const settings = {
    ...{ PGHOST, PGUSER, PGPASSWORD_FILE, PGDATABASE, PGPORT: String(PGPORT) },
    ...{ ...kafkaSettings, LAKE_URL: lakeUrl() },
  }
  return new Promise(resolve => {
    execFile(process.execPath, [program], { env: settings }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    )
  })
}

describe('an Apache Kafka with TLS and SASL', { timeout: 240_000 }, () => {
  test('holds the topic, takes the events, feeds workers and lake, and the audit is clean', async () => {
    expect(await init(reaching())).toMatchObject({ code: 0 })
    simulator = await startSimulator({ port: 0, seed: 21, rate: 400, total: events, log: silent })
    const ingest = start('ingest', {
      ...reaching(),
      SOURCE_URL: simulator.url,
      SOURCE_SINCE: new Date(Date.now() - 60_000).toISOString(),
    })
    // Each service by another mechanism: all three are what one listener offers.
    start('worker', {
      ...{ ...reaching({ KAFKA_SASL_MECHANISM: 'plain' }), ...database.writer },
      WORKER_SESSION_MS: 6_000,
    })
    start('lake', {
      ...{ ...reaching({ KAFKA_SASL_MECHANISM: 'scram-sha-256' }), ...database.writer },
      ...{ LAKE_URL: lakeUrl(), LAKE_ROTATE_S: 2 },
    })
    await expect
      .poll(
        async () => (await ingest.metrics()).match(/^wikiflow_ingest_produced_total (\d+)/m)?.[1],
        patience,
      )
      .toBe(String(events))
    await expect
      .poll(async () => (await audit(reaching())).out.trimEnd().split('\n').at(-1), patience)
      .toMatch(new RegExp(`^conserved: ${events} records in the log = ${events} counted`))
    for (const service of services) expect(service.output()).not.toContain(password)
  })

  test('whose password is not ours keeps ingest waiting with the reason in /readyz, until it is mended', async () => {
    const passwordFile = join(folder, 'rotated')
    await writeFile(passwordFile, 'not-it\n')
    const ingest = start('ingest', {
      ...reaching({ KAFKA_PASSWORD_FILE: passwordFile }),
      SOURCE_URL: 'http://127.0.0.1:9/',
    })
    await expect
      .poll(async () => (await ingest.readiness()).reason, patience)
      .toMatch(
        /SASL SCRAM SHA512 authentication failed: .*check KAFKA_USERNAME and the content of KAFKA_PASSWORD_FILE/,
      )
    const attempts = () => ingest.output().match(/going on from the end of the log/g)?.length ?? 0
    await expect.poll(attempts, patience).toBeGreaterThan(1)
    expect(ingest.output()).not.toContain('not-it')

    await writeFile(passwordFile, password)
    // The log is read; only the source is still away.
    await expect.poll(async () => (await ingest.readiness()).reason, patience).toMatch('ECONNREFUSED')
  })

  test.each<[string, () => Record<string, string>, RegExp]>([
    [
      'the password is wrong',
      () => ({ KAFKA_PASSWORD_FILE: join(folder, 'wrong') }),
      /authentication failed: .*check KAFKA_USERNAME and the content of KAFKA_PASSWORD_FILE$/m,
    ],
    ['the CA is another', () => ({ KAFKA_TLS: 'system' }), /isn't signed by a CA that KAFKA_TLS names/],
    [
      'the certificate is for another name',
      () => ({ KAFKA_BROKERS: secure.byAddress }),
      /certificate is for another name than KAFKA_BROKERS has/,
    ],
    [
      'the port is a plain one',
      () => ({ KAFKA_BROKERS: kafka.brokers }),
      /doesn't speak TLS on this port, and KAFKA_TLS is on/,
    ],
    [
      'the port takes no SASL',
      () => ({ KAFKA_BROKERS: kafka.brokers, KAFKA_TLS: 'off' }),
      /take no SASL on this port, and KAFKA_SASL_MECHANISM is scram-sha-512/,
    ],
    [
      'no SASL is configured',
      () => ({ KAFKA_SASL_MECHANISM: '', KAFKA_USERNAME: '' }),
      /hung up: does it ask for SASL\? KAFKA_SASL_MECHANISM is not set/,
    ],
    [
      'neither TLS nor SASL is configured',
      () => ({ KAFKA_TLS: 'off', KAFKA_SASL_MECHANISM: '', KAFKA_USERNAME: '' }),
      /speaks TLS on this port, and KAFKA_TLS is off/,
    ],
  ])('when %s, the audit could not tell, and says which setting to look at', async (_, more, sentence) => {
    const { code, err } = await audit(reaching(more()))
    expect(err).toMatch(sentence)
    expect(err).not.toContain('    at ')
    expect(code).toBe(1)
  })

  test('has the topic with as many replicas as its cluster gives by itself', async () => {
    const admin = createKafka(readConfig(kafkaSettings, reaching()), {
      clientId: 'test',
      log: silent,
    }).admin()
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata({ topics: ['wiki.recentchange'] })
    await admin.disconnect()
    expect(topics[0]?.partitions.map(({ replicas }) => replicas)).toEqual(
      Array.from({ length: 12 }, () => [1]),
    )
  })
})

test('the password stands in no argument and no environment of a service', async () => {
  const service = start('ingest', { ...reaching(), SOURCE_URL: 'http://127.0.0.1:9/' })
  await expect.poll(() => service.output(), patience).toContain('started')
  const listings = await Promise.all(
    ['cmdline', 'environ'].map(name => readFile(`/proc/${service.pid}/${name}`, 'utf8')),
  )
  expect(listings.join()).not.toContain(password)
})
