import { type Deployment } from '../deploy/plan.ts'
import { type Running } from '../deploy/running.ts'
import { UserError } from '../script.ts'
import { type SwarmStack } from '../swarm/swarm.ts'

/** What is deployed, and what the Swarm has of it. @throws UserError when nothing is, or it isn't whole. */
export function assertDeployed({ current, swarm }: Running): { deployment: Deployment; swarm: SwarmStack } {
  if (!swarm || !current) throw new UserError('nothing is deployed yet: npx zx ops/deploy.ts')
  if (!swarm.services.has('worker')) {
    throw new UserError('the services are gone from the Swarm: npx zx ops/deploy.ts brings them back')
  }
  return { deployment: current, swarm }
}
