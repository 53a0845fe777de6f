import { type Host } from '../host/host.ts'
import { isManager, readEngine } from '../swarm/manager.ts'
import { readSwarmStack, releaseOf, replicasOf, type SwarmStack } from '../swarm/swarm.ts'
import { readDeployed, servedReleases } from './deployed.ts'
import { type Deployment } from './plan.ts'
import { standingIn } from './standing.ts'

/** What a host says of a stack: what served last, and what the Swarm has now. */
export type Running = {
  /** Ids of the releases that served, the last first. */
  served: readonly string[]
  /**
   * How the last of them was deployed, with what stands by now; undefined before the first, or when its folder is gone.
   */
  current: Deployment | undefined
  /** Undefined where there is no Swarm yet. */
  swarm: SwarmStack | undefined
}

/** Reads what runs of a stack; changes nothing. @throws UserError when the engine doesn't answer. */
export async function readRunning(manager: Host, stack: string): Promise<Running> {
  const [engine, served] = await Promise.all([readEngine(manager), servedReleases(manager, stack)])
  const isInSwarm = isManager(manager, engine)
  const [release] = served
  const [current, swarm] = await Promise.all([
    release === undefined ? undefined : readDeployed(manager, stack, release),
    isInSwarm ? readSwarmStack(manager, stack) : undefined,
  ])
  return {
    served,
    current: current && { ...current, variables: { ...current.variables, ...standingIn(current, swarm) } },
    swarm,
  }
}

/** The services that the Swarm has, with how many tasks it was asked for. */
export function runningServices({ swarm }: Running): ReadonlyMap<string, number> {
  return new Map([...(swarm?.services ?? [])].map(([name, service]) => [name, replicasOf(service)]))
}

/** Whether every service was last deployed with this release: an interrupted deploy leaves some with another. */
export function isWhole({ swarm }: Running, release: string): boolean {
  return swarm !== undefined && [...swarm.services.values()].every(service => releaseOf(service) === release)
}
