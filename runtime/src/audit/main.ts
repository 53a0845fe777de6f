/** Holds log, database and lake against each other, and says whether anything was lost or counted twice. */
import { type ConnectionOptions } from 'node:tls'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { ConfigError, readConfig } from '../platform/config.ts'
import { createKafka, type KafkaConfig, kafkaSettings } from '../platform/kafka.ts'
import { readSecurity } from '../platform/kafka-security.ts'
import { openBrokerSocket } from '../platform/kafka-socket.ts'
import { openObjectStore } from '../platform/object-store.ts'
import { createPool, postgresSettings } from '../platform/postgres.ts'
import { audit } from './audit.ts'
import { showProgress } from './progress.ts'
import { render } from './render.ts'
import { exitCode, toJson } from './report.ts'

const help = `node runtime/src/audit/main.ts [options]      was anything lost, or counted twice?

Takes one moment of the database and holds three independent counts against each other, for every partition: the
records of the log, what was counted in PostgreSQL, and the rows of the lake. Everything may run on meanwhile; nothing
is written.

  --quick                   the books alone: sums, offsets, ranges, checksums of objects; the log is not read
  --json                    the report as JSON
  --source-tally URL        compares what the simulator says it sent
  --help

Where it looks: KAFKA_BROKERS and the other KAFKA_ settings, PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD_FILE,
PGSSL_CA_FILE, LAKE_URL. The role wikiflow_reader is enough.

Exit code: 0 conserved · 2 not conserved: the report names table or object, partition, offsets or minute ·
1 couldn't tell: the sentence names what can't be reached`

/** A statement over the metric tables of two weeks takes seconds; this is for a small database under load, in ms. */
const statementTimeoutMs = 15 * 60_000
/** How long a broker may take to answer a connection, in ms. */
const connectMs = 3_000

try {
  await main()
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 1
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      'source-tally': { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(`${help}\n`)
    return
  }
  const config = readConfig([...kafkaSettings, ...postgresSettings, 'LAKE_URL'])
  // Told by what fails in the end: kafkajs's own lines would only stand between the reader and the sentence.
  const log = pino({ level: 'silent' })
  await assertBroker(config)
  const pool = createPool(config, { name: 'audit', max: 1, statementTimeoutMs, log })
  const store = await openObjectStore(config.LAKE_URL)
  const progress = showProgress(process.stderr)
  try {
    const report = await audit({
      kafka: createKafka(config, { clientId: 'wikiflow-audit', log }),
      pool,
      store,
      depth: values.quick ? 'books' : 'full',
      onProgress: progress.show,
      ...(values['source-tally'] !== undefined && { tallyUrl: values['source-tally'] }),
    })
    progress.clear()
    const isTerminal = process.stdout.isTTY && process.env.NO_COLOR === undefined
    process.stdout.write(`${values.json ? toJson(report) : render(report, { isTerminal })}\n`)
    process.exitCode = exitCode(report)
  } finally {
    progress.clear()
    store.close()
    await pool.end()
  }
}

/** kafkajs tries for half a minute before it says that nobody is there. @throws Error that names the brokers. */
async function assertBroker(config: KafkaConfig): Promise<void> {
  const { ssl } = readSecurity(config)
  const reasons = await Promise.all(config.KAFKA_BROKERS.map(broker => reach(broker, ssl)))
  if (reasons.some(reason => reason === undefined)) return
  throw new Error(
    `couldn't tell: no broker of KAFKA_BROKERS answers (${config.KAFKA_BROKERS.map((broker, i) => `${broker}: ${reasons[i]}`).join('; ')}). ` +
      'Start the pipeline, or name its brokers',
  )
}

function reach(broker: string, ssl: ConnectionOptions | undefined): Promise<string | undefined> {
  const colon = broker.lastIndexOf(':')
  return new Promise(resolve => {
    const done = (reason: string | undefined) => {
      socket.destroy()
      resolve(reason)
    }
    const socket = openBrokerSocket({
      host: broker.slice(0, colon),
      port: Number(broker.slice(colon + 1)),
      ssl,
      onConnect: () => done(undefined),
    })
    socket.setTimeout(connectMs, () => done(`no answer in ${connectMs / 1_000} s`))
    socket.once('error', error => done(ssl || !('code' in error) ? error.message : String(error.code)))
  })
}

/** One sentence without a stack: whoever runs an audit wants to know which store is away, and what to do. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const code = 'code' in error ? String(error.code) : ''
  if (error instanceof ConfigError || code.startsWith('ERR_PARSE_ARGS')) return error.message
  if (error.message.startsWith("couldn't tell")) return error.message
  const where = error.name.startsWith('Kafka')
    ? 'the log (KAFKA_BROKERS)'
    : error.name === 'StoreError'
      ? 'the lake (LAKE_URL)'
      : error.name === 'LogRangeError'
        ? 'the log'
        : /^(ECONN|ENOTFOUND|ETIMEDOUT|EAI_)|^[0-9A-Z]{5}$/.test(code)
          ? 'PostgreSQL (PGHOST, PGPORT, PGUSER, PGPASSWORD_FILE)'
          : ''
  const told = error.message || (error instanceof AggregateError ? String(error.errors[0]?.message) : code)
  return `couldn't tell${where && `, for ${where} fails`}: ${told}`
}
