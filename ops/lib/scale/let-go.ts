import { standing } from '../deploy/converge.ts'
import { settle } from '../deploy/settle.ts'
import { spreadWorkers } from '../deploy/spread-workers.ts'
import { type Host } from '../host/host.ts'
import { Unreachable } from '../host/ssh-failure.ts'
import { readEngine } from '../swarm/manager.ts'
import { nameOfNode } from '../swarm/node-labels.ts'
import { removeNode } from '../swarm/remove-node.ts'
import { readSwarmStack, type SwarmNode } from '../swarm/swarm.ts'
import { type Deployed } from './take-in.ts'

/**
 * Takes nodes out of the Swarm one after the other, their tasks first; waits until all services are ready without them.
 * @param hosts those of the nodes that may be reached.
 */
export async function letGo(
  { connection, deployment, stages, signal }: Deployed,
  leaving: readonly SwarmNode[],
  hosts: readonly Host[],
): Promise<void> {
  const { manager, target } = connection
  const { stack } = target
  for (const node of leaving) {
    const name = nameOfNode(node) ?? node.Description.Hostname
    const known = standing(await readSwarmStack(manager, stack))
    await stages.run(`${name} leaves`, async say => {
      const host = await reachable(hosts.find(({ address }) => address.name === name))
      if (!host) say("it can't be reached, and is only forgotten")
      await removeNode(manager, node, host, say)
    })
    await stages.run(`services without ${name}`, say =>
      settle({ manager, stack, deployment, known, say, signal }),
    )
    signal.throwIfAborted()
  }
  await spreadWorkers({ manager, stack, deployment, stages, signal })
}

async function reachable(host: Host | undefined): Promise<Host | undefined> {
  try {
    if (host) await readEngine(host)
    return host
  } catch (error) {
    if (error instanceof Unreachable) return undefined
    throw error
  }
}
