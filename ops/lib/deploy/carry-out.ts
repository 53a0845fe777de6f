import { type Lock } from '../lock/lock.ts'
import { admitNodes } from '../swarm/held-nodes.ts'
import { bringUp } from './bring-up.ts'
import { markServed } from './deployed.ts'
import { type PipelineView } from './gates.ts'
import { goBack } from './go-back.ts'
import { type Placement, placeRelease } from './place-release.ts'
import { type Deployment } from './plan.ts'
import { type Running } from './running.ts'
import { type ServiceFiles } from './secrets.ts'

/** What is to serve, where, and with what. */
export type DeployJob = Placement & {
  deployment: Deployment
  files: ServiceFiles
  /** What runs now, to go back to. */
  before: Running
  /** Without it nothing is changed, not even back; its loss aborts the job's signal, too. */
  lock: Pick<Lock, 'signal' | 'assertHeld'>
}

/**
 * Brings a deployment to the host and into the Swarm, and waits until it serves. Each stage finds what an interrupted
 * run has done; nodes that waited for the image are let in. Once services are changed there are two ends: the new
 * release serves, or the one before does again. When the lock is lost it stops where it is.
 * @throws DeployError that says what serves instead; UserError when nothing was changed yet.
 */
export async function carryOut(job: DeployJob): Promise<PipelineView> {
  const { stack, hosts, deployment, signal } = job
  const [manager] = hosts
  await placeRelease(job)
  await admitNodes(
    manager,
    hosts.map(({ address }) => address.name),
  )
  signal.throwIfAborted()
  try {
    const view = await bringUp({ ...job, manager, deployment, signal })
    await markServed(manager, stack, deployment.release)
    return view
  } catch (error) {
    throw await goBack(job, error)
  }
}
