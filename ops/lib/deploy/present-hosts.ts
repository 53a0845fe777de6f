import { type Host } from '../host/host.ts'
import { Unreachable } from '../host/ssh-failure.ts'
import { firstLabel, isManager, readEngine } from '../swarm/manager.ts'
import { isHeld, nameOfNode, readNodes } from '../swarm/node-labels.ts'
import { type SwarmNode } from '../swarm/swarm.ts'
import { type Connection } from './connect.ts'
import { awaitDocker } from './first-boot.ts'

/** A connection's hosts that are there, and those that go on without. */
export type Present = {
  /** To the hosts that are there. */
  connection: Connection
  /** Names of those that the Swarm says are down, and that don't answer: never the first. */
  away: readonly string[]
}

/**
 * Waits for the Docker of every host, and leaves out those that are down: their services run on the others meanwhile.
 * @throws UserError for a host that doesn't answer although the Swarm has it, or that it doesn't know yet.
 */
export async function presentHosts(connection: Connection, note: (line: string) => void): Promise<Present> {
  const { manager, hosts } = connection
  const say = (host: Host) => (what: string) => note(`${host.address.name}: ${what}`)
  await awaitDocker(manager, say(manager))
  const down = namesDown(await nodesOf(manager))
  const away: string[] = []
  const [, ...others] = hosts
  await Promise.all(
    others.map(async host => {
      const { name } = host.address
      try {
        await awaitDocker(host, say(host))
      } catch (error) {
        if (!(error instanceof Unreachable) || !down.has(name)) throw error
        away.push(name)
        note(`${name} is down, and left out: ${error.message}`)
      }
    }),
  )
  const here = others.filter(({ address }) => !away.includes(address.name))
  return { connection: { ...connection, hosts: [manager, ...here] }, away }
}

/** Names of hosts that are still to join the Swarm, or to be let in; the first makes it. */
export function joining(
  [, ...others]: Connection['hosts'],
  nodes: readonly SwarmNode[] | undefined,
): string[] {
  const inside = new Set((nodes ?? []).filter(node => !isHeld(node)).map(nameOfNode))
  return others.map(({ address }) => address.name).filter(name => !inside.has(name))
}

/** Nodes that are no host of a connection any more. Those that joined by hand, without a name of ours, aren't meant. */
export function leftOver(nodes: readonly SwarmNode[], hosts: Connection['hosts']): SwarmNode[] {
  const names = hosts.map(({ address }) => address.name)
  return nodes.filter(node => {
    const name = nameOfNode(node)
    return name !== undefined && !names.includes(name) && !node.Spec.Labels?.[firstLabel]
  })
}

/** The nodes of a host's Swarm; none where it manages none yet. */
async function nodesOf(manager: Host): Promise<SwarmNode[]> {
  return isManager(manager, await readEngine(manager)) ? readNodes(manager) : []
}

function namesDown(nodes: readonly SwarmNode[]): Set<string | undefined> {
  const up = new Set(nodes.filter(({ Status }) => Status.State === 'ready').map(nameOfNode))
  return new Set(nodes.map(nameOfNode).filter(name => name !== undefined && !up.has(name)))
}
