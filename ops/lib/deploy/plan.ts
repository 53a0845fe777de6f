import { isDeepStrictEqual } from 'node:util'
import {
  type Compose,
  type ComposeFile,
  definitionOf,
  isJob,
  readCompose,
  serviceNames,
  variablesIn,
} from '../compose/compose.ts'
import { notAsAsked, replicasIn } from '../compose/replicas.ts'

/** A release as it is deployed: its Compose files and the variables they are read with. */
export type Deployment = {
  /** Id of the release. */
  release: string
  /** Image of the pipeline's services. */
  image: string
  compose: readonly ComposeFile[]
  variables: Readonly<Record<string, string>>
  /** File names of the database's migrations, in their order. */
  migrations: readonly string[]
}

/** What becomes of a service, and why. */
export type ServiceChange = {
  service: string
  action: 'create' | 'update' | 'same' | 'remove'
  /** That it stands still, or how many of its tasks are wanted; `image`, `definition`, or the variables that differ. */
  why: readonly string[]
}

/** What a deploy would do. */
export type DeployPlan = {
  from: string | undefined
  to: string
  services: readonly ServiceChange[]
  /** Migrations that the database hasn't seen with the release before. */
  migrations: readonly string[]
  /** Names of hosts that join the Swarm. */
  joins: readonly string[]
}

/** Variables that stand for the release as a whole. */
const ofRelease = ['WIKIFLOW_RELEASE', 'STACK']

/**
 * Compares what serves with what is to serve.
 * @param running services that are there now, with how many tasks the Swarm was asked for: one that is missing is
 *   created, whatever was deployed, and one that was scaled by hand, or by a run that was killed, is put right.
 * @param joins names of hosts that join the Swarm.
 */
export function planDeploy(
  now: Deployment | undefined,
  next: Deployment,
  running: ReadonlyMap<string, number>,
  joins: readonly string[] = [],
): DeployPlan {
  const before = now?.compose.map(readCompose) ?? []
  const after = next.compose.map(readCompose)
  const names = serviceNames(after)
  const gone = [...running.keys()].filter(name => !names.includes(name))
  return {
    from: now?.release,
    to: next.release,
    services: [
      ...names.map((service): ServiceChange => {
        const inSwarm = running.get(service)
        if (!now || inSwarm === undefined) return { service, action: 'create', why: [] }
        const why = [
          ...scaledAside(
            service,
            inSwarm,
            { compose: before, variables: now.variables },
            { compose: after, variables: next.variables },
          ),
          ...differences(
            { definition: definitionOf(before, service), of: now },
            { definition: definitionOf(after, service), of: next },
          ),
        ]
        return { service, action: why.length > 0 ? 'update' : 'same', why }
      }),
      ...gone.map((service): ServiceChange => ({ service, action: 'remove', why: [] })),
    ],
    migrations: next.migrations.filter(name => !now?.migrations.includes(name)),
    joins,
  }
}

/**
 * Why a service has another number of tasks than it was deployed with. As many workers as there are belong to what is
 * deployed (see `standing.ts`): another number of them is told by its variable.
 */
function scaledAside(service: string, inSwarm: number, now: Asked, next: Asked): string[] {
  const asked = replicasIn(next.compose, service, next.variables)
  const isAside = inSwarm !== asked && inSwarm !== replicasIn(now.compose, service, now.variables)
  return asked === undefined || !isAside || isJob(next.compose, service) ? [] : [notAsAsked(inSwarm, asked)]
}

type Asked = { compose: readonly Compose[]; variables: Deployment['variables'] }

type Side = { definition: unknown; of: Deployment }

function differences(now: Side, next: Side): string[] {
  const names = new Set([...variablesIn(now.definition), ...variablesIn(next.definition)])
  const changed = [...names].filter(
    name => !ofRelease.includes(name) && settingOf(now.of, name) !== settingOf(next.of, name),
  )
  const isRedefined = !isDeepStrictEqual(now.definition, next.definition)
  return [
    ...(changed.includes('WIKIFLOW_IMAGE') ? ['image'] : []),
    ...(isRedefined ? ['definition'] : []),
    ...changed.filter(name => name !== 'WIKIFLOW_IMAGE').sort(),
  ]
}

function settingOf(deployment: Deployment, name: string): string | undefined {
  // Compose reads an empty variable with `:-` as it reads one that isn't set.
  return (name === 'WIKIFLOW_IMAGE' ? deployment.image : deployment.variables[name]) || undefined
}
