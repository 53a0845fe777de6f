import { type Connection } from '../deploy/connect.ts'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'
import { readEngine } from '../swarm/manager.ts'
import { type SwarmStack } from '../swarm/swarm.ts'
import { chosenServices, readDeployedStack } from './stack-services.ts'

/** A running container of a service, and the host on which it runs. */
export type FoundContainer = { id: string; service: string; replica: number; host: Host }

/** A running container as the Swarm knows it: its node by id. */
export type PlacedContainer = Omit<FoundContainer, 'host'> & { nodeId: string; nodeName: string }

/**
 * Finds a running container of a service, on whichever host it is.
 * @param replica its number, as `ops/logs.ts` shows it; left out, the lowest that runs.
 * @throws UserError for a service that there isn't, that doesn't run, or whose host can't be reached.
 */
export async function findContainer(
  connection: Connection,
  service: string,
  replica?: number,
): Promise<FoundContainer> {
  const { nodeId, nodeName, ...found } = placedContainer(
    await readDeployedStack(connection),
    service,
    replica,
  )
  return { ...found, host: await hostOfNode(connection, nodeId, nodeName) }
}

/** The running container of a service with the lowest number, or with this one. @throws UserError as above. */
export function placedContainer(swarm: SwarmStack, service: string, replica?: number): PlacedContainer {
  const [name = service] = chosenServices(swarm, [service])
  const running = (swarm.tasks.get(name) ?? [])
    .flatMap(({ NodeID, Slot, DesiredState, Status }) => {
      const id = Status.ContainerStatus?.ContainerID
      const isRunning = Status.State === 'running' && DesiredState === 'running'
      return isRunning && id && NodeID ? [{ id, nodeId: NodeID, replica: Slot ?? 1 }] : []
    })
    .sort((a, b) => a.replica - b.replica)
  const found = running.find(one => replica === undefined || one.replica === replica)
  if (found) {
    const node = swarm.nodes.find(({ ID }) => ID === found.nodeId)
    return { ...found, service: name, nodeName: node?.Description.Hostname ?? found.nodeId }
  }
  if (running.length === 0) {
    throw new UserError(
      `no container of ${name} runs: npx zx ops/logs.ts ${name} shows what it said, npx zx ops/status.ts why it ended`,
    )
  }
  throw new UserError(
    `${name} has no replica ${replica} that runs; there is: ${running.map(one => one.replica).join(', ')}`,
  )
}

/** The host that is a node of the Swarm. @throws UserError when none that answers is it. */
async function hostOfNode({ hosts }: Connection, nodeId: string, nodeName: string): Promise<Host> {
  const silent: string[] = []
  for (const host of hosts) {
    try {
      if ((await readEngine(host)).Swarm.NodeID === nodeId) return host
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      silent.push(error.message)
    }
  }
  const why = silent.length > 0 ? `: ${silent.join('; ')}` : ', which is none of the hosts that are given'
  throw new UserError(`it runs on node ${nodeName}${why}`)
}
