import { type Connection } from '../deploy/connect.ts'
import { UserError } from '../script.ts'
import { isManager, readEngine } from '../swarm/manager.ts'
import { readSwarmStack, type SwarmStack } from '../swarm/swarm.ts'

/** Reads a stack that is deployed. @throws UserError when nothing is. */
export async function readDeployedStack({ manager, target: { stack } }: Connection): Promise<SwarmStack> {
  const isInSwarm = isManager(manager, await readEngine(manager))
  const swarm = isInSwarm ? await readSwarmStack(manager, stack) : undefined
  if (swarm && swarm.services.size > 0) return swarm
  throw new UserError(
    `nothing of ${stack} is deployed on ${manager.address.name}: deploy it with npx zx ops/deploy.ts`,
  )
}

/** The services that were asked for, each once; all when none was. @throws UserError that names those there are. */
export function chosenServices({ services }: SwarmStack, asked: readonly string[]): string[] {
  const known = [...services.keys()].sort()
  const unknown = asked.find(name => !known.includes(name))
  if (unknown !== undefined) {
    throw new UserError(`there is no service ${JSON.stringify(unknown)}; there is: ${known.join(', ')}`)
  }
  return asked.length > 0 ? [...new Set(asked)] : known
}
