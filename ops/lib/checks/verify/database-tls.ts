import { z } from 'zod'
import { findContainer } from '../../containers/find-container.ts'
import { type Connection } from '../../deploy/connect.ts'
import { mustRun } from '../../host/must-run.ts'
import { type Check, type Outcome } from '../check.ts'
import { type HostsContext } from './context.ts'

const sessionsSchema = z.array(
  z.object({
    role: z.string(),
    name: z.string(),
    ssl: z.boolean().nullable(),
    version: z.string().nullable(),
  }),
)
/** A session at the database, as PostgreSQL sees it. */
export type Session = z.output<typeof sessionsSchema>[number]

/** For Node.js in a container of ours: PostgreSQL tells a role of its own sessions alone. */
const program = `import { readConfig } from './runtime/src/platform/config.ts'
import { connectionOptions, postgresSettings } from './runtime/src/platform/postgres.ts'
import pg from 'pg'
const client = new pg.Client({ ...connectionOptions(readConfig(postgresSettings)), statement_timeout: 10_000 })
await client.connect()
const { rows } = await client.query(\`SELECT usename AS role, application_name AS name, ssl, version
  FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = current_user AND pid <> pg_backend_pid()\`)
console.log(JSON.stringify(rows))
await client.end()`

const inContainer = 'exec docker exec "$1" node --input-type=module --eval "$2"'

/** A service of each role that stays connected. */
const services = ['batch', 'dashboard']

/** Whether all that services and the database say to each other is encrypted. */
export const databaseTlsCheck: Check<Pick<HostsContext, 'connection'>> = {
  id: 'database-tls',
  title: 'TLS to the database',
  looksAt: "every session of the services at PostgreSQL is encrypted, as the server's own view says",
  needs: ['host'],
  run: async ({ connection }, say) => {
    const open = await connection()
    say('asking PostgreSQL')
    const sessions = await Promise.all(services.map(service => readSessions(open, service)))
    return judgeSessions(sessions.flat())
  },
}

async function readSessions(connection: Connection, service: string): Promise<Session[]> {
  const { id, host } = await findContainer(connection, service)
  const said = await mustRun(host, 'asking the database for its sessions', inContainer, [id, program])
  return sessionsSchema.parse(JSON.parse(said))
}

/** Sessions, encrypted or not. */
export function judgeSessions(sessions: readonly Session[]): Outcome {
  const plain = sessions.filter(({ ssl }) => ssl !== true)
  if (plain.length > 0) {
    const what = plain.map(({ role, name }) => `${name || 'a session without a name'} (${role})`)
    return {
      state: 'failed',
      found: `not encrypted: ${[...new Set(what)].join(', ')}`,
      fix: 'set rds.force_ssl = 1 (npx zx ops/provision.ts does), and hostssl instead of host in pg_hba.conf of another server',
    }
  }
  if (sessions.length === 0) return { state: 'warning', found: 'no service has a session open just now' }
  const counts = Map.groupBy(sessions, ({ role }) => role)
  const told = [...counts].map(([role, all]) => `${all.length} of ${role}`).join(', ')
  const versions = [...new Set(sessions.map(({ version }) => version ?? 'TLS'))].sort().join(' and ')
  return { state: 'ok', found: `${sessions.length} sessions, all by ${versions}: ${told}` }
}
