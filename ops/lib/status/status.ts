import { isJob, readCompose } from '../compose/compose.ts'
import { replicasIn } from '../compose/replicas.ts'
import { type Connection } from '../deploy/connect.ts'
import { type PipelineView, readPipeline } from '../deploy/gates.ts'
import { type Running, readRunning } from '../deploy/running.ts'
import { UserError } from '../script.ts'
import { readEngine } from '../swarm/manager.ts'
import { isHeld, nameOfNode } from '../swarm/node-labels.ts'
import { releaseOf, replicasOf, type SwarmTask } from '../swarm/swarm.ts'
import { type HostFigures, readFigures } from './figures.ts'

/** What a stack is doing, on one screen. */
export type Status = {
  stack: string
  /** The release that served last; undefined before the first deploy. */
  release: string | undefined
  services: ServiceStatus[]
  nodes: NodeStatus[]
  /** What the dashboard says; a sentence when it doesn't answer. */
  pipeline: PipelineView | string
  /** USD a day; undefined for hosts given by address. */
  costPerDay: number | undefined
}

export type ServiceStatus = {
  name: string
  running: number
  /** How many its Compose file asks for; of workers and jobs, as many as the Swarm was asked for. */
  wanted: number
  /** How many the Swarm was asked for: another number once somebody scaled it, or a run that stopped it was killed. */
  inSwarm: number
  /** Of its tasks that run: by node, how many. */
  nodes: Record<string, number>
  release: string | undefined
  /** Why the newest of its failed tasks of the last hour ended. */
  trouble: string | undefined
}

export type NodeStatus = {
  name: string
  address: string
  /** `ready`, `down`, and `drain` or `pause` when it takes no tasks. */
  state: string
  /** A sentence when it can't be reached. */
  figures: HostFigures | string
}

/** How far back a task that failed is told of, in ms. */
const recentMs = 3_600_000

/** Reads the status of what a connection leads to; what can't be read is said in its place. */
export async function readStatus(connection: Connection, now = Date.now()): Promise<Status> {
  const { manager, hosts, target } = connection
  const running = await readRunning(manager, target.stack)
  const [pipeline, ...figures] = await Promise.all([
    orSentence(readPipeline(manager, target.variables.DASHBOARD_PORT || '80')),
    ...hosts.map(async host => ({
      host,
      figures: await orSentence(readFigures(host)),
      nodeId: await readEngine(host).then(
        ({ Swarm }) => Swarm.NodeID,
        () => undefined,
      ),
    })),
  ])
  return {
    stack: target.stack,
    release: running.served[0],
    services: servicesOf(running, now),
    nodes: figures.map(({ host, figures, nodeId }) => ({
      name: host.address.name,
      address: host.address.address,
      state: stateOf(running, host.address.name, nodeId),
      figures,
    })),
    pipeline,
    costPerDay: target.costPerHour === undefined ? undefined : target.costPerHour * 24,
  }
}

/** Whether all tasks run, all services say they are ready, and every host answers. */
export function isWell({ services, nodes, pipeline, release }: Status): boolean {
  return (
    release !== undefined &&
    services.every(({ running, wanted }) => running === wanted) &&
    nodes.every(({ state, figures }) => state === 'ready' && typeof figures !== 'string') &&
    typeof pipeline !== 'string' &&
    (pipeline.services ?? []).every(({ state }) => state === 'ready')
  )
}

/** Services as they run, held against what was deployed last. */
export function servicesOf(
  { swarm, current }: Pick<Running, 'swarm' | 'current'>,
  now: number,
): ServiceStatus[] {
  if (!swarm) return []
  const compose = current?.compose.map(readCompose) ?? []
  const nodeNames = new Map(swarm.nodes.map(({ ID, Description }) => [ID, Description.Hostname]))
  return [...swarm.services].map(([name, service]) => {
    const tasks = swarm.tasks.get(name) ?? []
    const running = tasks.filter(
      ({ Status, DesiredState }) => Status.State === 'running' && DesiredState === 'running',
    )
    const nodes: Record<string, number> = {}
    for (const { NodeID = '' } of running) {
      const node = nodeNames.get(NodeID) ?? NodeID
      nodes[node] = (nodes[node] ?? 0) + 1
    }
    const inSwarm = replicasOf(service)
    const asked = current && !isJob(compose, name) ? replicasIn(compose, name, current.variables) : undefined
    const isDone = tasks[0]?.Status.State === 'complete'
    return {
      name,
      running: isDone ? inSwarm : running.length,
      wanted: asked ?? inSwarm,
      inSwarm,
      nodes,
      release: releaseOf(service),
      trouble: troubleOf(tasks, now),
    }
  })
}

function troubleOf(tasks: readonly SwarmTask[], now: number): string | undefined {
  const failed = tasks.find(
    ({ Status }) => /^(failed|rejected)$/.test(Status.State) && now - Date.parse(Status.Timestamp) < recentMs,
  )
  return (
    failed && `${failed.Status.Err || failed.Status.State} at ${failed.Status.Timestamp.slice(11, 19)} UTC`
  )
}

/** By the node's id, or, of a host that doesn't say it, by the name that it joined with. */
function stateOf({ swarm }: Running, name: string, nodeId: string | undefined): string {
  const nodes = swarm?.nodes ?? []
  const node = nodes.find(({ ID }) => ID === nodeId) ?? nodes.findLast(one => nameOfNode(one) === name)
  if (!node) return 'not in the Swarm'
  if (isHeld(node)) return `${node.Status.State}, waits for a deploy`
  return node.Spec.Availability === 'active'
    ? node.Status.State
    : `${node.Status.State}, ${node.Spec.Availability}`
}

async function orSentence<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
}
