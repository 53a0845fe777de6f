import { type Host } from '../host/host.ts'
import { isSpread, spread } from '../swarm/spread.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
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

/** Shares the workers out among the nodes, one after the other, unless they are, and waits until they are ready. */
export async function spreadWorkers({ stages, ...of }: Workers): Promise<void> {
  if (isSpread(await readSwarmStack(of.manager, of.stack), 'worker')) return
  await stages.run('spreading the workers', async say => {
    await spread(of.manager, of.stack, 'worker')
    // The update has begun: what was known before it says nothing of its end.
    await settle({ ...of, services: ['worker'], known: new Map(), say })
  })
}
