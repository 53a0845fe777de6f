import { readCompose } from '../compose/compose.ts'
import { type Host } from '../host/host.ts'
import { isSpread, spread } from '../swarm/spread.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { converge } from './converge.ts'
import { passGates } from './gates.ts'
import { type Deployment } from './plan.ts'
import { type Stages } from './stages.ts'

/** Which workers. */
type Workers = {
  manager: Host
  stack: string
  deployment: Deployment
  stages: Stages
  signal: AbortSignal
}

/**
 * Shares the workers out among the nodes, one after the other, unless they are, and waits until they are ready.
 * @returns whether any was moved.
 */
export async function spreadWorkers({
  manager,
  stack,
  deployment,
  stages,
  signal,
}: Workers): Promise<boolean> {
  if (isSpread(await readSwarmStack(manager, stack), 'worker')) return false
  await stages.run('spreading the workers', async say => {
    await spread(manager, stack, 'worker')
    await converge({
      ...{ manager, stack, signal, services: ['worker'] },
      compose: deployment.compose.map(readCompose),
      // The update has begun: what is known from before it says nothing of its end.
      known: new Map(),
      say: (service, state) => say(`${service}: ${state}`),
    })
    await passGates({
      ...{ host: manager, say, signal },
      port: deployment.variables.DASHBOARD_PORT || '80',
      workers: Number(deployment.variables.WORKERS || 3),
    })
  })
  return true
}
