import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { metadata } from '../../ops/lib/local/broker/protocol/cluster.ts'
import { connectRaw } from '../broker/raw-client.ts'
import { freePort } from './free-port.ts'
import { addListener, makeSecureListener, type SecureListener } from './kafka-listener.ts'

/** The release the contract is checked against; it needs Java 17. */
const version = '4.1.0'
const cache = join(import.meta.dirname, '../../.cache/kafka', version)

/** A start without the compiler's second stage takes half as long; a measurement wants it, and gives its own flags. */
const quickStart = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']

/** What Kafka says goes to stderr, errors alone: they are told when it can't start. */
const onlyErrors = '-Dorg.slf4j.simpleLogger.defaultLogLevel=error'

/** How long a start may take, in ms. */
const startMs = 180_000

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>wikiflow</groupId><artifactId>apache-kafka</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`

/** A running Apache Kafka, one node, broker and controller in one process (KRaft). */
export type ApacheKafka = {
  /** Host and port. */
  brokers: string
  /** Its listener with TLS and SASL, when it was asked for one. */
  secure?: SecureListener
  /** Ends it in order. */
  stop(): Promise<void>
  /** Ends it in order, and starts it on the same data and port. */
  restart(): Promise<void>
  /** Ends it with SIGKILL. */
  kill(): Promise<void>
}

/**
 * Starts Apache Kafka from its jars, which Maven fetches once into `.cache/kafka`.
 * @throws Error with what Java or Maven said, when either is missing or fails.
 */
export async function startApacheKafka(options: {
  dataDir: string
  port: number
  /** Server properties on top of ours, such as `log.flush.interval.messages`. */
  properties?: Readonly<Record<string, string>>
  /** Flags of the Java machine. */
  jvm?: readonly string[]
  /** Opens a second listener, with TLS and SASL, for these users: passwords by name. */
  users?: Readonly<Record<string, string>>
  /** Where that one listens (default localhost). */
  secureHost?: string
  /** A cluster's id as Kafka makes them: 16 bytes in base64url. */
  clusterId?: string
}): Promise<ApacheKafka> {
  const { dataDir, port, users, secureHost = 'localhost', jvm = quickStart } = options
  const { clusterId = 'd2lraWZsb3ctdGVzdHM1MQ' } = options
  const classPath = join(await kafkaJars(), '*')
  const controllerPort = await freePort()
  const brokers = `127.0.0.1:${port}`
  const config = join(dataDir, 'server.properties')
  await mkdir(dataDir, { recursive: true })
  const secure = users && (await makeSecureListener(dataDir, secureHost, await freePort(), users))
  const properties: Record<string, string> = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    listeners: `PLAINTEXT://${brokers},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${brokers}`,
    'log.dirs': join(dataDir, 'log'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'auto.create.topics.enable': 'false',
    ...options.properties,
  }
  if (secure) addListener(properties, secure)
  const lines = Object.entries(properties).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(config, lines.join(''))
  await run('java', [
    ...jvm,
    ...['-cp', classPath, 'kafka.tools.StorageTool', 'format'],
    ...['--ignore-formatted', '-t', clusterId, '-c', config],
    ...(secure?.formatFlags ?? []),
  ])

  let server = await startServer(jvm, classPath, config, brokers)
  const end = async (signal: NodeJS.Signals) => {
    const exited = new Promise(resolve => server.once('exit', resolve))
    if (server.exitCode !== null || server.signalCode !== null) return
    server.kill(signal)
    await exited
  }
  return {
    brokers,
    ...(secure && { secure: secure.listener }),
    stop: () => end('SIGTERM'),
    restart: async () => {
      await end('SIGTERM')
      server = await startServer(jvm, classPath, config, brokers)
    },
    kill: () => end('SIGKILL'),
  }
}

/** Folder of the jars, which Maven fetches once. @throws Error with what it said. */
export async function kafkaJars(): Promise<string> {
  const jars = join(cache, 'libs')
  if (existsSync(jars)) return jars
  const aside = `${jars}.new`
  await rm(aside, { recursive: true, force: true })
  await mkdir(cache, { recursive: true })
  await writeFile(join(cache, 'pom.xml'), pom)
  await run('mvn', [
    ...['-q', '-B', '-f', join(cache, 'pom.xml')],
    ...['dependency:copy-dependencies', `-DoutputDirectory=${aside}`],
  ])
  await rename(aside, jars)
  return jars
}

/** Runs a command to its end. @throws Error with the last it said, when it fails or isn't installed. */
async function run(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = lastWords(child)
  const code = await new Promise<number | string>(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('close', (exit, signal) => resolve(exit ?? signal ?? 'unknown'))
  })
  if (code !== 0) throw new Error(`${command} failed (${code}): ${said()}`)
}

function lastWords(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-4_000)
    })
  }
  return () => text.trim()
}

async function startServer(
  jvm: readonly string[],
  classPath: string,
  config: string,
  brokers: string,
): Promise<ChildProcess> {
  const server = spawn('java', [...jvm, '-Xmx512m', onlyErrors, '-cp', classPath, 'kafka.Kafka', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const orphaned = () => server.kill('SIGKILL')
  process.once('exit', orphaned)
  server.once('exit', () => process.off('exit', orphaned))
  const said = lastWords(server)
  const until = Date.now() + startMs
  for (;;) {
    if (await answers(brokers)) return server
    if (server.exitCode !== null || server.signalCode !== null) {
      throw new Error(`Apache Kafka ended at its start: ${said()}`)
    }
    if (Date.now() > until) {
      server.kill('SIGKILL')
      throw new Error(`Apache Kafka did not answer within ${startMs} ms: ${said()}`)
    }
    await sleep(200)
  }
}

async function answers(brokers: string): Promise<boolean> {
  try {
    const client = await connectRaw(brokers)
    try {
      const found = await client.send(metadata, 4, { topics: [], allowAutoTopicCreation: false })
      return found.brokers.length === 1
    } finally {
      client.close()
    }
  } catch {
    return false
  }
}
