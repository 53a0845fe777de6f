import { type Host } from '../host/host.ts'
import { type Release } from '../host/release.ts'
import { shipRelease } from '../host/ship.ts'
import { buildImage, findImage, handOver } from './image.ts'
import { type Deployment } from './plan.ts'
import { type Stages } from './stages.ts'

/** What is to be on the hosts before anything of it runs. */
export type Placement = {
  stack: string
  /** The first is the Swarm's manager: the image is built there. */
  hosts: readonly [Host, ...Host[]]
  deployment: Pick<Deployment, 'release' | 'image'>
  /** Its files; left out, they are on the host already. */
  release?: Release
  buildArgs: readonly string[]
  stages: Stages
  signal: AbortSignal
}

/**
 * Ships a release to the first host, builds its image there and hands it to the others; what is there already isn't
 * brought again. Nothing that runs is touched.
 * @throws UserError for a build that fails, a full disk, a host that goes away.
 */
export async function placeRelease(placement: Placement): Promise<void> {
  const { stack, hosts, deployment, stages, signal, release } = placement
  const [manager, ...others] = hosts
  const { image } = deployment
  if (release) {
    await stages.run('shipping the release', async say => {
      const sent = await shipRelease(manager, stack, release, { onProgress: say, signal })
      say(`${sent.files} files sent`)
    })
  }
  if (!(await findImage(manager, image))) {
    await stages.run(`building ${image}`, say =>
      buildImage({
        host: manager,
        stack,
        release: deployment.release,
        image,
        args: placement.buildArgs,
        onLine: say,
        signal,
      }),
    )
  }
  const id = await findImage(manager, image)
  for (const host of others) {
    if ((await findImage(host, image)) === id) continue
    await stages.run(`handing ${image} to ${host.address.name}`, () => handOver(manager, host, image, signal))
  }
}
