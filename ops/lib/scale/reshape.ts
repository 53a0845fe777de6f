import { type Connection } from '../deploy/connect.ts'
import { lockedAction } from '../deploy/locked-action.ts'
import { type Deployment } from '../deploy/plan.ts'
import { presentHosts } from '../deploy/present-hosts.ts'
import { type Stages } from '../deploy/stages.ts'
import { type Host } from '../host/host.ts'
import { type SwarmNode } from '../swarm/swarm.ts'
import { type Description } from './description.ts'
import { letGo } from './let-go.ts'
import { assertFits } from './memory.ts'
import { type NodesPlan } from './nodes-plan.ts'
import { takeIn } from './take-in.ts'

/** What is to become of a Swarm. */
export type Reshaping = {
  /** To the hosts that there should be. */
  kept: Connection
  /** Hosts of nodes that leave, where they may be reached. */
  beyond: readonly Host[]
  leaving: readonly SwarmNode[]
  description: Description
  deployment: Deployment
  stages: Stages
}

/** Refuses to let nodes go whose services the others can't hold. @throws UserError with the arithmetic. */
export function assertRoom({ filled, leaving }: NodesPlan): void {
  if (leaving.length === 0) return
  assertFits(filled, 'what runs now', 'First fewer workers: npx zx ops/scale.ts --workers N')
}

/**
 * Takes hosts into the Swarm, and lets nodes go, under the host's lock; the description says so as soon as it is the
 * truth to go on from: before hosts come, and after they went.
 */
export function reshape({
  kept,
  beyond,
  leaving,
  description,
  deployment,
  stages,
}: Reshaping): Promise<void> {
  const nodes = kept.hosts.length
  return lockedAction(kept, `scale --nodes ${nodes}`, async signal => {
    if (nodes > description.says.nodes) await description.save({ nodes })
    const { connection } = await presentHosts(kept, line => stages.note(line))
    await takeIn({ connection, deployment, stages, signal })
    if (leaving.length > 0) await letGo({ connection, deployment, stages, signal }, leaving, beyond)
    await description.save({ nodes })
    return 'done'
  })
}
