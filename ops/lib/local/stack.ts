import { fileURLToPath, pathToFileURL } from 'node:url'
import { roles, type Source } from '../../../runtime/src/contract.ts'
import { type StateDir } from './state-dir.ts'

/** One process of the local stack: what to run, when to start it, when to stop it. */
export type ProcessSpec = {
  name: string
  /** What a person is told it does. */
  role: string
  script: string
  args: readonly string[]
  env: Readonly<Record<string, string>>
  /** Processes of a stage start together, once all of the stage before are ready. */
  startStage: number
  /** Processes of a stage stop together, once all of the stage before have ended. */
  stopStage: number
  /** How long it may take to stop before it is killed, in ms; the stages add up to less than ten seconds. */
  stopMs: number
  /** Runs once, to the end, before the next stage starts. */
  oneShot?: true
}

/** What a user can choose about a local stack. */
export type StackOptions = {
  source: Source
  /** File to replay. */
  file?: string
  /** Events a second of the simulator or the replay. */
  rate?: number
  seed: string
  /** How many events the simulator makes, and faults it starts with, as `NAME=VALUE`. */
  events?: number
  faults: readonly string[]
  /** Seconds between two files of the lake; unless given, a demonstration's minute, or the service's own default. */
  lakeRotateS?: string
  workers: number
  ports: { dashboard: number; kafka: number; postgres: number; source: number }
  /** Ports of the services' health servers, by process name; the dashboard asks them for the pipeline's state. */
  healthPorts: Readonly<Record<string, number>>
}

/** Path of the event stream on Wikimedia's and on the local source. */
const streamPath = '/v2/stream/recentchange'

/** Wikimedia's public event stream. */
export const liveUrl = `https://stream.wikimedia.org${streamPath}`

/** Name of the database of the local stack. */
export const localDatabase = 'wikiflow'

/** The superuser of the local server, who owns the schema. */
const localOwner = 'wikiflow_owner'

/** How often the local lake writes a file, in seconds: a demonstration shows its files within a minute. */
const demoRotateS = '60'

/** A replayed file may be years old, and is asked for whole: retention goes by the events' own time. */
const keepForCentury = {
  RETENTION_FEED_HOURS: '876000',
  RETENTION_MINUTES_DAYS: '36500',
  RETENTION_HOURS_DAYS: '36500',
}

const script = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** Names of the services that have a health server, in the order a screen shows them. */
export function serviceNames(workers: number): string[] {
  return ['ingest', ...workerNames(workers), 'lake', 'dashboard']
}

const workerNames = (workers: number) => Array.from({ length: workers }, (_, index) => `worker-${index + 1}`)

/** The processes of the whole pipeline on this machine, as values. */
export function stackProcesses(options: StackOptions, state: StateDir): ProcessSpec[] {
  const { ports } = options
  const health = (name: string) => ({
    HEALTH_HOST: '127.0.0.1',
    HEALTH_PORT: String(options.healthPorts[name] ?? 0),
  })
  const serviceUrls = serviceNames(options.workers)
    .filter(name => name !== 'dashboard')
    .map(name => `${name}=http://127.0.0.1:${options.healthPorts[name]}`)
  const kafka = { KAFKA_BROKERS: `127.0.0.1:${ports.kafka}` }
  const database = (role: keyof StateDir['passwordFiles'], user: string) => ({
    PGHOST: '127.0.0.1',
    PGPORT: String(ports.postgres),
    PGDATABASE: localDatabase,
    PGUSER: user,
    PGPASSWORD_FILE: state.passwordFiles[role],
  })
  const writer = database('writer', roles.writer)
  const local = options.source !== 'live'
  return [
    {
      name: 'broker',
      role: 'embedded broker',
      script: script('ops/lib/local/broker-main.ts'),
      args: ['--data-dir', state.broker, '--port', String(ports.kafka)],
      env: {},
      startStage: 0,
      stopStage: 2,
      stopMs: 1_500,
    },
    {
      name: 'postgres',
      role: 'embedded PostgreSQL',
      script: script('ops/lib/local/postgres-main.ts'),
      args: [
        '--data-dir',
        state.postgres,
        '--port',
        String(ports.postgres),
        '--user',
        localOwner,
        '--password-file',
        state.passwordFiles.owner,
      ],
      env: {},
      startStage: 0,
      stopStage: 2,
      stopMs: 1_500,
    },
    ...(local ? [sourceProcess(options, state)] : []),
    {
      name: 'init',
      role: 'topic and schema',
      script: script('runtime/src/init/main.ts'),
      args: [],
      env: {
        ...kafka,
        ...database('owner', localOwner),
        WRITER_PASSWORD_FILE: state.passwordFiles.writer,
        READER_PASSWORD_FILE: state.passwordFiles.reader,
      },
      startStage: 1,
      stopStage: 0,
      stopMs: 1_000,
      oneShot: true,
    },
    {
      name: 'ingest',
      role: 'source → log',
      script: script('runtime/src/ingest/main.ts'),
      args: [],
      env: {
        ...kafka,
        ...health('ingest'),
        SOURCE_URL: local ? `http://127.0.0.1:${ports.source}${streamPath}` : liveUrl,
      },
      startStage: 2,
      stopStage: 0,
      stopMs: 2_500,
    },
    ...workerNames(options.workers).map(name => ({
      name,
      role: 'log → counts',
      script: script('runtime/src/worker/main.ts'),
      args: [],
      env: { ...kafka, ...writer, ...health(name), ...(options.source === 'replay' && keepForCentury) },
      startStage: 2,
      stopStage: 1,
      stopMs: 5_000,
    })),
    {
      name: 'lake',
      role: 'log → Parquet',
      script: script('runtime/src/lake/main.ts'),
      args: [],
      env: {
        ...kafka,
        ...writer,
        ...health('lake'),
        LAKE_URL: pathToFileURL(state.lake).href,
        ...(local && { LAKE_ROTATE_S: options.lakeRotateS ?? demoRotateS }),
      },
      startStage: 2,
      stopStage: 1,
      stopMs: 5_000,
    },
    {
      name: 'dashboard',
      role: 'counts → page',
      script: script('dashboard/src/main.ts'),
      args: [],
      env: {
        ...database('reader', roles.reader),
        ...health('dashboard'),
        DASHBOARD_PORT: String(ports.dashboard),
        SERVICE_URLS: serviceUrls.join(','),
      },
      startStage: 2,
      stopStage: 1,
      stopMs: 2_000,
    },
  ]
}

function sourceProcess(options: StackOptions, state: StateDir): ProcessSpec {
  const rate = options.rate === undefined ? [] : ['--rate', String(options.rate)]
  const mode =
    options.source === 'replay'
      ? ['--mode', 'replay', '--file', options.file ?? '']
      : [
          ...['--mode', 'simulate', '--seed', options.seed, '--state', state.sourceState],
          ...(options.events === undefined ? [] : ['--total', String(options.events)]),
          ...options.faults.flatMap(fault => ['--fault', fault]),
        ]
  return {
    name: 'source',
    role: options.source === 'replay' ? 'replay of a file' : 'simulated Wikimedia',
    script: script('ops/lib/local/source/main.ts'),
    args: [...mode, '--port', String(options.ports.source), ...rate],
    env: {},
    startStage: 0,
    stopStage: 0,
    stopMs: 1_000,
  }
}
