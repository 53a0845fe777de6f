import { type Connection } from '../../deploy/connect.ts'
import { mustRun } from '../../host/must-run.ts'
import { type Check, type Outcome } from '../check.ts'
import { type AwsContext, type HostsContext } from './context.ts'
import { exposuresOf } from './exposure.ts'
import { type Listening, listeningIn } from './listening.ts'

/** Of Swarm's nodes among themselves: management and gossip (Docker, "Getting started with Swarm mode"). */
const swarmPorts = [2377, 7946]
/** Ports that nobody outside the stack's own network may reach: of Kafka, Redpanda, health, the page's service, Docker's API. */
const innerPorts = [9092, 9644, 33145, 8081, 8082, 9100, 3000, 2375, 2376]

const read = 'cat /proc/net/tcp /proc/net/tcp6 2> /dev/null || :'

type Ports = { host: string; meant: readonly number[]; listening: readonly Listening[] }

/** Whether hosts listen to no more than they should. */
export const publicHostsCheck: Check<Pick<HostsContext, 'connection'>> = {
  id: 'public',
  title: 'nothing public',
  looksAt: "hosts listen on the dashboard's port, SSH's and Swarm's alone",
  needs: ['deployed'],
  run: async ({ connection }) => judgePorts(await readPorts(await connection())),
}

/** The same of a stack on AWS, with what its security groups, database and bucket let in. */
export const publicAwsCheck: Check<Pick<AwsContext, 'connection' | 'plan'>> = {
  ...publicHostsCheck,
  looksAt:
    'security groups are open to the world only where described, the database and the bucket are not, and hosts listen on no other ports than meant',
  needs: ['deployed', 'region'],
  run: async ({ connection, plan }) => {
    const exposed = exposuresOf(await plan())
    if (exposed.length > 0) {
      return { state: 'failed', found: exposed.join('\n'), fix: 'npx zx ops/provision.ts puts it back' }
    }
    const outcome = judgePorts(await readPorts(await connection()))
    const closed = 'security groups, database and bucket are closed to the world as described'
    return { ...outcome, found: `${closed}; ${outcome.found}` }
  },
}

async function readPorts({ hosts, target }: Connection): Promise<Ports[]> {
  const dashboard = Number(target.variables.DASHBOARD_PORT || 80)
  return Promise.all(
    hosts.map(async (host, index) => ({
      host: host.address.name,
      // Behind a door of another number, a host's own is 22.
      meant: [22, host.address.port, ...swarmPorts, ...(index === 0 ? [dashboard] : [])],
      listening: listeningIn(await mustRun(host, 'listing what listens', read)),
    })),
  )
}

/** Ports that listen, against those that should. */
export function judgePorts(hosts: readonly Ports[]): Outcome {
  const extra = hosts.flatMap(({ host, meant, listening }) =>
    listening.filter(({ port }) => !meant.includes(port)).map(({ port }) => ({ host, port })),
  )
  const inner = extra.filter(({ port }) => innerPorts.includes(port))
  const told = (ports: readonly { host: string; port: number }[]) =>
    ports.map(({ host, port }) => `port ${port} of ${host}`).join(', ')
  if (inner.length > 0) {
    return {
      state: 'failed',
      found: `${told(inner)} can be reached from outside`,
      fix: `ssh to the host, and: sudo ss -ltnp 'sport = :${inner[0]?.port}' says who listens there`,
    }
  }
  if (extra.length > 0) {
    return {
      state: 'warning',
      found: `besides what the stack opens, others listen: ${told(extra)}`,
      fix: "none of it is the stack's; who reaches them, the firewall says (on AWS the security group, which lets nobody)",
    }
  }
  const ports = [...new Set(hosts.flatMap(({ listening }) => listening.map(({ port }) => port)))]
  return {
    state: 'ok',
    found: `hosts listen on ${ports.sort((a, b) => a - b).join(', ')} alone, as they should`,
  }
}
