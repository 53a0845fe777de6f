import { type Host } from '../host/host.ts'
import { changeSwarm } from './change-swarm.ts'
import { type SwarmStack } from './swarm.ts'

const scale = 'docker service scale --detach "$1=$2" > /dev/null'

/** Asks the Swarm for so many tasks of a service: more start where there are fewest, the first to end are where most are. */
export async function scaleService(
  manager: Host,
  stack: string,
  service: string,
  tasks: number,
): Promise<void> {
  await changeSwarm(manager, `scaling ${service}`, scale, [`${stack}_${service}`, String(tasks)])
}

/** How many of a service's tasks have to move until it is shared out evenly among the nodes that take tasks. */
export function unevenBy({ nodes, tasks }: SwarmStack, service: string): number {
  const open = nodes.filter(({ Spec, Status }) => Spec.Availability === 'active' && Status.State === 'ready')
  const running = (tasks.get(service) ?? []).filter(({ DesiredState }) => DesiredState === 'running')
  const share = Math.floor(running.length / Math.max(1, open.length))
  const lacking = open.map(({ ID }) => share - running.filter(({ NodeID }) => NodeID === ID).length)
  const most = Math.max(0, ...open.map(({ ID }) => running.filter(({ NodeID }) => NodeID === ID).length))
  const moves = lacking.reduce((sum, count) => sum + Math.max(0, count), 0)
  // Each has its share, and one has more than one beyond it: 2, 2, 4 of 8.
  return moves === 0 && most > share + 1 ? most - share - 1 : moves
}
