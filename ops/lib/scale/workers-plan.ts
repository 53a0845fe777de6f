import { visible } from '../cloud/fact-text.ts'
import { nameOfNode } from '../swarm/node-labels.ts'
import { unevenBy } from '../swarm/spread.ts'
import { replicasOf, type SwarmNode, type SwarmStack } from '../swarm/swarm.ts'
import { type Description } from './description.ts'
import { arithmetic, type Filled, fill, loadsOf, roomsOf } from './memory.ts'

/** What becomes of the workers. */
export type WorkersPlan = {
  lines: string[]
  /** What would be on each node. */
  filled: Filled[]
  /** Nothing is to do. */
  isSettled: boolean
  isMore: boolean
}

/** Compares the workers there are, and those that the description says, with those asked for. */
export function planWorkers(
  count: number,
  { swarm, description, stack }: { swarm: SwarmStack; description: Description; stack: string },
): WorkersPlan {
  const worker = swarm.services.get('worker')
  const now = worker ? replicasOf(worker) : 0
  const says = description.says.workers
  const isEven = unevenBy(swarm, 'worker') === 0
  const filled = fill(roomsOf(swarm.nodes, hostName), loadsOf(swarm.services, count))
  const tasks =
    now !== count ? `${now} → ${count}` : isEven ? `${count}` : `${count}, shared out among the hosts anew`
  return {
    lines: [
      `${stack}: ${now === count ? '' : `${now} → `}${count} workers`,
      '',
      `${says === count ? '=' : '~'} ${visible(description.file)}  ${description.fieldOf('workers')}: ${says === count ? '' : `${says} → `}${count}`,
      `${now === count && isEven ? '=' : '~'} worker  ${tasks}`,
      '',
      'Memory, were each service to reach its limit:',
      ...filled.map(node => `  ${visible(arithmetic(node))}`),
    ],
    filled,
    isSettled: now === count && says === count && isEven,
    isMore: count > now,
  }
}

/** What a node is called: as its host, or as it calls itself. */
export function hostName(node: SwarmNode): string {
  return nameOfNode(node) ?? node.Description.Hostname
}
