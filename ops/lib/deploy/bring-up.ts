import { type Compose, readCompose, serviceNames, stackFile, withoutReplaced } from '../compose/compose.ts'
import { type Host } from '../host/host.ts'
import { changeSwarm } from '../swarm/change-swarm.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { converge, standing } from './converge.ts'
import { type PipelineView, passGates } from './gates.ts'
import { type Deployment } from './plan.ts'
import { type ServiceFiles } from './secrets.ts'
import { stackDeploy, stackInput } from './stack-command.ts'
import { type Stages } from './stages.ts'
import { withSwarmsOwn } from './swarms-own.ts'

/** A deployment that is on the host, and the Swarm's manager. */
export type Upcoming = {
  manager: Host
  stack: string
  deployment: Deployment
  files: ServiceFiles
  stages: Stages
  signal: AbortSignal
}

/** Services that come before all others, one after the other: what those read and write must be there. */
const firstServices = [
  { name: 'redpanda', title: 'the log' },
  { name: 'init', title: 'topic and migrations' },
]

/** How long `docker stack deploy` may take, in ms: it asks the Swarm and doesn't wait. */
const askMs = 120_000

/**
 * Makes a deployment serve: the log first, then topic and migrations, then all services, until each says it is ready.
 * Asked again for what serves already it changes nothing.
 * @throws UserError that names the service which doesn't get there.
 */
export async function bringUp(upcoming: Upcoming): Promise<PipelineView> {
  const { manager, deployment, stages, signal } = upcoming
  const compose = deployment.compose.map(readCompose)
  const all = serviceNames(compose)
  for (const { name, title } of firstServices) {
    if (all.includes(name)) await stages.run(title, say => bring(upcoming, compose, [name], say))
  }
  await stages.run('all services', say => bring(upcoming, compose, all, say))
  return stages.run('readiness', say =>
    passGates({
      host: manager,
      port: deployment.variables.DASHBOARD_PORT || '80',
      workers: Number(deployment.variables.WORKERS || 3),
      say,
      signal,
    }),
  )
}

/** Asks the Swarm for some of the services, or for all, and waits for them. */
async function bring(
  upcoming: Upcoming,
  compose: readonly Compose[],
  services: readonly string[],
  say: (what: string) => void,
): Promise<void> {
  const { manager, stack, deployment, signal } = upcoming
  const known = standing(await readSwarmStack(manager, stack))
  const isAll = services.length === serviceNames(compose).length
  const files = Object.fromEntries(
    withoutReplaced(compose).map((file, index) => [
      `${index + 1}.yml`,
      stackFile(withSwarmsOwn(file, upcoming.files), services),
    ]),
  )
  const variables = {
    ...deployment.variables,
    WIKIFLOW_IMAGE: deployment.image,
    WIKIFLOW_RELEASE: deployment.release,
  }
  const args = [stack, isAll ? 'prune' : 'keep', ...Object.keys(files)]
  await changeSwarm(manager, 'docker stack deploy', stackDeploy, args, {
    stdin: stackInput({ variables, files: { ...upcoming.files, ...files } }),
    timeoutMs: askMs,
    signal,
  })
  await converge({
    ...{ manager, stack, services, compose, known, signal },
    say: (service, state) => say(`${service}: ${state}`),
  })
}
