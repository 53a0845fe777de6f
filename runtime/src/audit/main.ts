/** Holds log, database and lake against each other, and says whether anything was lost or counted twice. */
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { ConfigError, readConfig } from '../platform/config.ts'
import { createKafka, kafkaSettings } from '../platform/kafka.ts'
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

Where it looks: KAFKA_BROKERS, PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD_FILE, PGSSL_CA_FILE, LAKE_URL. The role
wikiflow_reader is enough.

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
  await assertBroker(config.KAFKA_BROKERS)
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
async function assertBroker(brokers: readonly string[]): Promise<void> {
  const reasons = await Promise.all(brokers.map(reach))
  if (reasons.some(reason => reason === undefined)) return
  throw new Error(
    `couldn't tell: no broker of KAFKA_BROKERS answers (${brokers.map((broker, i) => `${broker}: ${reasons[i]}`).join('; ')}). ` +
      'Start the pipeline, or name its brokers',
  )
}

function reach(broker: string): Promise<string | undefined> {
  const colon = broker.lastIndexOf(':')
  const socket = connect({ host: broker.slice(0, colon), port: Number(broker.slice(colon + 1)) })
  return new Promise(resolve => {
    const done = (reason: string | undefined) => {
      socket.destroy()
      resolve(reason)
    }
    socket.setTimeout(connectMs, () => done(`no answer in ${connectMs / 1_000} s`))
    socket.once('connect', () => done(undefined))
    socket.once('error', error => done('code' in error ? String(error.code) : error.message))
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
