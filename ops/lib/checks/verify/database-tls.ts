import { z } from 'zod'
import { findContainer } from '../../containers/find-container.ts'
import { readDeployedStack } from '../../containers/stack-services.ts'
import { type Connection } from '../../deploy/connect.ts'
import { mustRun } from '../../host/must-run.ts'
import { type SwarmStack } from '../../swarm/swarm.ts'
import { type Check, type Outcome } from '../check.ts'
import { type HostsContext } from './context.ts'
import { inTurn } from './in-turn.ts'

const sessionsSchema = z.array(
  z.object({
    role: z.string(),
    name: z.string(),
    ssl: z.boolean().nullable(),
    version: z.string().nullable(),
  }),
)
/** A session at the database, as PostgreSQL tells it to one of its roles: of another's it tells the name alone. */
export type Session = z.output<typeof sessionsSchema>[number]

/** For Node.js in the lake's container, which is the workers' role at the database, and has memory for it. */
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

/** Whether all that services and the database say to each other is encrypted. */
export const databaseTlsCheck: Check<Pick<HostsContext, 'connection'>> = {
  id: 'database-tls',
  title: 'TLS to the database',
  looksAt:
    "every service is told whose certificate to trust, and the workers' and the lake's sessions are encrypted",
  needs: ['deployed'],
  run: async ({ connection }, say) => {
    const open = await connection()
    say('asking PostgreSQL')
    const [stack, sessions] = await Promise.all([readDeployedStack(open), readSessions(open)])
    return judgeTls(trustingNobody(stack), sessions)
  },
}

function readSessions(connection: Connection): Promise<Session[]> {
  return inTurn(connection, async () => {
    const { id, host } = await findContainer(connection, 'batch')
    const said = await mustRun(host, 'asking the database for its sessions', inContainer, [id, program])
    return sessionsSchema.parse(JSON.parse(said))
  })
}

/** Services that reach the database without a CA: with one, ours connect by verified TLS or not at all. */
export function trustingNobody({ services }: Pick<SwarmStack, 'services'>): string[] {
  return [...services].flatMap(([name, { Spec }]) => {
    const variables = new Map(
      (Spec.TaskTemplate.ContainerSpec.Env ?? []).map(line => {
        const [, variable = line, value = ''] = /^([^=]*)=(.*)$/s.exec(line) ?? []
        return [variable, value]
      }),
    )
    return variables.get('PGHOST') && !variables.get('PGSSL_CA_FILE') ? [name] : []
  })
}

/** @param trusting services without a CA. */
export function judgeTls(trusting: readonly string[], sessions: readonly Session[]): Outcome {
  if (trusting.length > 0) {
    return {
      state: 'failed',
      found: `${trusting.join(', ')} may speak to the database without TLS: PGSSL_CA_FILE isn't set there`,
      fix: 'take what unsets it out of the overrides, then npx zx ops/deploy.ts',
    }
  }
  const plain = sessions.filter(({ ssl }) => ssl !== true)
  if (plain.length > 0) {
    const what = plain.map(({ role, name }) => `${name || 'a session without a name'} (${role})`)
    return {
      state: 'failed',
      found: `not encrypted: ${[...new Set(what)].join(', ')}`,
      fix: 'on RDS rds.force_ssl = 1, which npx zx ops/provision.ts sets; on another server hostssl in pg_hba.conf',
    }
  }
  const told = 'every service is told whose certificate to trust'
  if (sessions.length === 0) return { state: 'ok', found: `${told}; none has a session open just now` }
  const versions = [...new Set(sessions.map(({ version }) => version ?? 'TLS'))].sort().join(' and ')
  const count = `${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}`
  return { state: 'ok', found: `${told}; ${count} of workers and lake, all by ${versions}` }
}
