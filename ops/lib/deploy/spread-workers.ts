import { topic } from '../../../runtime/src/contract.ts'
import { type Host } from '../host/host.ts'
import { scaleService, unevenBy } from '../swarm/spread.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { standing } from './converge.ts'
import { type Deployment } from './plan.ts'
import { settle } from './settle.ts'
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
 * Shares the workers out among the nodes, unless they are, and waits until they are ready. Swarm moves no task by itself,
 * but starts new ones where there are fewest, and ends them where there are most: so as many as have to move are started
 * first, and as many ended then; or the other way round when there are no partitions for more.
 */
export async function spreadWorkers({ stages, ...of }: Workers): Promise<void> {
  const { manager, stack, deployment } = of
  const moves = unevenBy(await readSwarmStack(manager, stack), 'worker')
  if (moves === 0) return
  const count = Number(deployment.variables.WORKERS || 3)
  const meanwhile = count + moves <= topic.partitions ? count + moves : count - moves
  await stages.run(`moving ${moves} of ${count} workers`, async say => {
    for (const workers of [meanwhile, count]) {
      const known = standing(await readSwarmStack(manager, stack))
      await scaleService(manager, stack, 'worker', workers)
      const variables = { ...deployment.variables, WORKERS: String(workers) }
      await settle({ ...of, deployment: { ...deployment, variables }, services: ['worker'], known, say })
    }
  })
}
