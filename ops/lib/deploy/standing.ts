import { type Compose, readCompose } from '../compose/compose.ts'
import { replicasOf, type SwarmStack } from '../swarm/swarm.ts'
import { type Deployment } from './plan.ts'

/**
 * Variables that belong to what stands, not to a release: `ops/scale.ts` and `ops/upgrade.ts` change them without a new
 * one, and going back to an older release leaves them. The Swarm is where they are kept.
 */
export const standingVariables: ReadonlySet<string> = new Set(['WORKERS', 'REDPANDA_IMAGE'])

/** How many workers and which image of the log a deployment's services have in the Swarm by now. */
export function standingIn(
  { compose }: Pick<Deployment, 'compose'>,
  swarm: SwarmStack | undefined,
): Record<string, string> {
  const worker = swarm?.services.get('worker')
  const log = swarm?.services.get('redpanda')
  const image = log?.Spec.TaskTemplate.ContainerSpec.Image.split('@')[0]
  return {
    ...(worker && { WORKERS: String(replicasOf(worker)) }),
    ...(image && takesLogImage(compose.map(readCompose)) && { REDPANDA_IMAGE: image }),
  }
}

/** The standing variables of a deployment. */
export function standingOf(deployment: Deployment | undefined): Record<string, string> {
  const all = Object.entries(deployment?.variables ?? {})
  return Object.fromEntries(all.filter(([name]) => standingVariables.has(name)))
}

/** Whether the log's image is the variable's to say: a target's own Compose file can name another one. */
function takesLogImage(files: readonly Compose[]): boolean {
  const images = files.flatMap(({ services }) => services?.redpanda?.image ?? [])
  return /\$\{?REDPANDA_IMAGE\b/.test(String(images.at(-1) ?? ''))
}
