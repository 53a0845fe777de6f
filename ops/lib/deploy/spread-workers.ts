import { topic } from '../../../runtime/src/contract.ts'
import { type Host } from '../host/host.ts'
import { LockLost } from '../lock/lock.ts'
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
 * first, and as many ended then; or the other way round when there are no partitions for more. Given up half-way, there
 * are as many again as before.
 */
export async function spreadWorkers({ stages, ...of }: Workers): Promise<void> {
  const { manager, stack, deployment } = of
  const moves = unevenBy(await readSwarmStack(manager, stack), 'worker')
  if (moves === 0) return
  of.signal.throwIfAborted()
  const count = Number(deployment.variables.WORKERS || 3)
  const meanwhile = count + moves <= topic.partitions ? count + moves : count - moves
  await stages.run(`moving ${moves} of ${count} workers`, async say => {
    try {
      for (const workers of [meanwhile, count]) {
        const known = standing(await readSwarmStack(manager, stack))
        await scaleService(manager, stack, 'worker', workers)
        const variables = { ...deployment.variables, WORKERS: String(workers) }
        await settle({ ...of, deployment: { ...deployment, variables }, services: ['worker'], known, say })
      }
    } catch (error) {
      // How many there are is kept in the Swarm alone. Without the lock they are another's to scale.
      if (!(of.signal.reason instanceof LockLost)) await scaleService(manager, stack, 'worker', count)
      throw error
    }
  })
}
