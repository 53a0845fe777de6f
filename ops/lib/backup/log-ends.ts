import { z } from 'zod'
import { topic } from '../../../runtime/src/contract.ts'
import { findContainer } from '../containers/find-container.ts'
import { type Connection } from '../deploy/connect.ts'
import { mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'
import { type Manifest } from './manifest.ts'

const endsSchema = z.object({
  clusterId: z.string(),
  ends: z.array(z.object({ partition: z.number(), start: z.number(), end: z.number() })),
})

/** For Node.js in a container of ours, which reaches the log as its service does. */
const program = `import kafkajs from 'kafkajs'
const brokers = process.env.KAFKA_BROKERS.split(',')
const retry = { retries: 5 }
const kafka = new kafkajs.Kafka({ clientId: 'wikiflow-backup', brokers, retry, logLevel: kafkajs.logLevel.NOTHING })
const admin = kafka.admin()
await admin.connect()
const { clusterId } = await admin.describeCluster()
const rows = await admin.fetchTopicOffsets(process.argv[1])
const ends = rows.map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }))
console.log(JSON.stringify({ clusterId, ends }))
await admin.disconnect()`

const inContainer =
  'exec docker exec "$1" node --disable-warning=TimeoutNegativeWarning --input-type=module --eval "$2" "$3"'

/** Services of ours that reach the log, the one with most memory first. */
const readers = ['batch', 'worker']

/** Asks the log who it is and what it holds. @throws UserError when it doesn't answer, or nobody runs who reaches it. */
export async function readLogEnds(connection: Connection): Promise<Pick<Manifest, 'clusterId' | 'ends'>> {
  const { id, host } = await findReader(connection)
  const said = await mustRun(host, 'asking the log what it holds', inContainer, [id, program, topic.name])
  const { clusterId, ends } = endsSchema.parse(JSON.parse(said))
  return { clusterId, ends: ends.toSorted((a, b) => a.partition - b.partition) }
}

async function findReader(connection: Connection) {
  const missing: UserError[] = []
  for (const service of readers) {
    try {
      return await findContainer(connection, service)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      missing.push(error)
    }
  }
  throw missing[0] ?? new UserError('no service reads the log')
}
