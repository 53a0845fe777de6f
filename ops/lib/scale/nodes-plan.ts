import { visible } from '../cloud/fact-text.ts'
import { type Connection } from '../deploy/connect.ts'
import { joining, leftOver } from '../deploy/present-hosts.ts'
import { unevenBy } from '../swarm/spread.ts'
import { replicasOf, type SwarmNode, type SwarmStack } from '../swarm/swarm.ts'
import { type Description } from './description.ts'
import { arithmetic, type Filled, fill, loadsOf, roomsOf } from './memory.ts'
import { hostName } from './workers-plan.ts'

/** What becomes of the nodes. */
export type NodesPlan = {
  lines: string[]
  /** Names of hosts that join, or are let in. */
  joins: string[]
  leaving: SwarmNode[]
  /** What would be on each node that stays, when some leave; none when none does. */
  filled: Filled[]
  /** Nothing is to do in the Swarm. */
  isSettled: boolean
}

/** Compares the nodes that there are with the hosts that there should be. @param kept to the hosts that there should be. */
export function planNodes(
  { swarm, description }: { swarm: SwarmStack; description: Description },
  kept: Pick<Connection, 'hosts'>,
): NodesPlan {
  const count = kept.hosts.length
  const says = description.says.nodes
  const joins = joining(kept.hosts, swarm.nodes)
  const leaving = leftOver(swarm.nodes, kept.hosts)
  const staying = swarm.nodes.filter(node => !leaving.includes(node))
  const worker = swarm.services.get('worker')
  const workers = worker ? replicasOf(worker) : 0
  const filled = leaving.length > 0 ? fill(roomsOf(staying, hostName), loadsOf(swarm.services, workers)) : []
  const isEven = leaving.length === 0 && joins.length === 0 && unevenBy(swarm, 'worker') === 0
  return {
    lines: [
      `${says === count ? '=' : '~'} ${visible(description.file)}  ${description.fieldOf('nodes')}: ${says === count ? '' : `${says} → `}${count}`,
      ...joins.map(name => `+ ${visible(name)}  joins the Swarm, and gets the image`),
      ...leaving.map(node => `- ${visible(hostName(node))}  ${farewell(node)}`),
      ...(isEven ? [] : ['~ worker  shared out among the hosts anew']),
      ...(filled.length > 0 ? ['', 'Memory, were each service to reach its limit:'] : []),
      ...filled.map(node => `  ${visible(arithmetic(node))}`),
    ],
    ...{ joins, leaving, filled },
    isSettled: isEven,
  }
}

function farewell(node: SwarmNode): string {
  return node.Status.State === 'ready'
    ? 'drained, then leaves the Swarm'
    : `is ${node.Status.State}: the Swarm forgets it`
}
