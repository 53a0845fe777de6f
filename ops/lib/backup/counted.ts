import { z } from 'zod'
import { topic } from '../../../runtime/src/contract.ts'
import { readServiceFiles } from '../deploy/secrets.ts'
import { type Target } from '../deploy/target.ts'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { type Counted } from './judge.ts'

const countedSchema = z.array(
  z.object({ clusterId: z.string(), partition: z.number(), next: z.coerce.number() }),
)

/**
 * For Node.js in a container of its own: the services may not run, or not get ready. No such database (3D000) or table
 * (42P01) is an empty one.
 */
const program = `import { readFileSync } from 'node:fs'
import pg from 'pg'
const { topic, ...connection } = JSON.parse(readFileSync(0, 'utf8'))
const limits = { connectionTimeoutMillis: 10_000, statement_timeout: 30_000 }
const client = new pg.Client({ ...connection, ...limits, application_name: 'wikiflow backup' })
const stored = table => 'SELECT cluster_id AS "clusterId", partition, next_offset AS next FROM ' + table + ' WHERE topic = $1'
try {
  await client.connect()
  const { rows } = await client.query(stored('consumer_offset') + ' UNION ALL ' + stored('lake_offset'), [topic])
  console.log(JSON.stringify(rows))
} catch (error) {
  if (error.code !== '3D000' && error.code !== '42P01') throw new Error(error.message || error.code)
  console.log('[]')
}
await client.end()`

const inContainer = `exec docker run --rm --interactive --log-driver none --network host --read-only --cap-drop ALL \\
  "$1" node --input-type=module --eval "$2"`

/**
 * Reads how far a stack's database has counted its log and sealed it for the lake, from the first host.
 * @param image one of ours that is on the host.
 * @throws UserError when the database doesn't answer.
 */
export async function readCounted(manager: Host, target: Target, image: string): Promise<Counted[]> {
  const { PGHOST, PGPORT, PGDATABASE, PGUSER } = target.variables
  const files = await readServiceFiles(target)
  const connection = {
    ...{ host: PGHOST, port: Number(PGPORT), database: PGDATABASE, user: PGUSER },
    password: files['owner-password'],
    ssl: { ca: files['database-ca.pem'] },
    topic: topic.name,
  }
  const said = await mustRun(
    manager,
    'asking the database what it has counted',
    inContainer,
    [image, program],
    {
      stdin: JSON.stringify(connection),
    },
  )
  return countedSchema.parse(JSON.parse(said))
}
