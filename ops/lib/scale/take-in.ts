import { type Connection } from '../deploy/connect.ts'
import { findImage, handOver } from '../deploy/image.ts'
import { type Deployment } from '../deploy/plan.ts'
import { spreadWorkers } from '../deploy/spread-workers.ts'
import { type Stages } from '../deploy/stages.ts'
import { admitNodes } from '../swarm/held-nodes.ts'
import { ensureManager } from '../swarm/manager.ts'
import { joinNode } from '../swarm/nodes.ts'

/** What is deployed where. */
export type Deployed = { connection: Connection; deployment: Deployment; stages: Stages; signal: AbortSignal }

/**
 * Has all hosts of a connection in the Swarm with the image of what is deployed, and the workers shared out among them.
 * What is done already is left as it is.
 */
export async function takeIn({ connection, deployment, stages, signal }: Deployed): Promise<void> {
  const { manager, hosts, target } = connection
  const [, ...others] = hosts
  const { image } = deployment
  await ensureManager(manager)
  const id = await findImage(manager, image)
  for (const host of others) {
    const { name } = host.address
    await stages.run(`${name} joins`, async say => {
      await joinNode(manager, host)
      if ((await findImage(host, image)) === id) return
      say(`taking ${image}`)
      await handOver(manager, host, image, signal)
    })
    signal.throwIfAborted()
  }
  await admitNodes(
    manager,
    others.map(({ address }) => address.name),
  )
  await spreadWorkers({ manager, stack: target.stack, deployment, stages, signal })
}
