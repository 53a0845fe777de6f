import { UserError } from '../script.ts'
import { firstLabel } from '../swarm/manager.ts'
import { replicasOf, type SwarmNode, type SwarmService } from '../swarm/swarm.ts'

/** What the system with Docker takes of a host, in MiB: see the arithmetic in `compose/docker-compose.prod.yml`. */
const systemMib = 350

/** A node that takes tasks, and what its host has, in MiB. */
export type Room = { name: string; isFirst: boolean; totalMib: number }

/** A service's limit for each of its tasks, in MiB, and how many there are. */
export type Load = { service: string; mib: number; tasks: number; onFirst: boolean }

/** What would be on a node, were each task to reach its limit. */
export type Filled = Room & { loads: Load[]; needMib: number; leftMib: number }

/** Nodes of the Swarm that take tasks, by what their hosts have. */
export function roomsOf(nodes: readonly SwarmNode[], nameOf: (node: SwarmNode) => string): Room[] {
  return nodes
    .filter(({ Spec, Status }) => Spec.Availability === 'active' && Status.State === 'ready')
    .map(node => ({
      name: nameOf(node),
      isFirst: node.Spec.Labels?.[firstLabel] !== undefined,
      totalMib: mib(node.Description.Resources?.MemoryBytes ?? 0),
    }))
}

/** Services that keep running, by their limits; `workers` in place of as many as there are. */
export function loadsOf(services: ReadonlyMap<string, SwarmService>, workers: number): Load[] {
  return [...services].flatMap(([service, one]) => {
    const { Resources, Placement, RestartPolicy } = one.Spec.TaskTemplate
    const tasks = service === 'worker' ? workers : replicasOf(one)
    const isJob = RestartPolicy?.Condition !== undefined && RestartPolicy.Condition !== 'any'
    if (isJob || tasks === 0) return []
    const onFirst = (Placement?.Constraints ?? []).some(text => text.includes(firstLabel))
    return [{ service, mib: mib(Resources?.Limits?.MemoryBytes ?? 0), tasks, onFirst }]
  })
}

/**
 * Puts services on nodes as Swarm does when nothing is in its way: what belongs on the first is there, workers are spread
 * evenly, the rest goes where there is most room. One more worker has to fit somewhere, for an update starts a new one
 * before it ends an old one.
 */
export function fill(rooms: readonly Room[], loads: readonly Load[]): Filled[] {
  const filled = rooms.map(room => ({
    ...room,
    loads: [] as Load[],
    needMib: 0,
    leftMib: room.totalMib - systemMib,
  }))
  const put = (node: Filled | undefined, load: Load) => {
    if (!node) return
    node.loads.push(load)
    node.needMib += load.mib * load.tasks
    node.leftMib -= load.mib * load.tasks
  }
  const roomiest = () => filled.toSorted((a, b) => b.leftMib - a.leftMib)
  for (const load of loads)
    if (load.onFirst)
      put(
        filled.find(({ isFirst }) => isFirst),
        load,
      )
  const worker = loads.find(({ service }) => service === 'worker')
  if (worker) {
    const each = Math.floor(worker.tasks / Math.max(1, filled.length))
    const more = worker.tasks - each * filled.length
    roomiest().forEach((node, index) => {
      const tasks = each + (index < more ? 1 : 0)
      if (tasks > 0) put(node, { ...worker, tasks })
    })
  }
  const rest = loads.filter(load => !load.onFirst && load !== worker)
  for (const load of rest.toSorted((a, b) => b.mib - a.mib)) put(roomiest()[0], load)
  if (worker) put(roomiest()[0], { ...worker, service: 'one more worker at its update', tasks: 1 })
  return filled
}

/**
 * Refuses what would not fit, were each service to reach its limit.
 * @param wayOut what to do instead.
 * @throws UserError with the arithmetic.
 */
export function assertFits(filled: readonly Filled[], what: string, wayOut: string): void {
  const over = filled.filter(({ leftMib }) => leftMib < 0)
  if (over.length === 0) return
  throw new UserError(
    `${what} don't fit, were each service to reach its limit of memory: ${over.map(arithmetic).join('; ')}. ${wayOut}`,
  )
}

/** `host-1: redpanda 1,800 + 3 × worker 224 = 2,472 of 3,484 MiB (3,834 less 350 for the system)`. */
export function arithmetic({ name, loads, needMib, totalMib }: Filled): string {
  const sum = loads.map(
    ({ service, tasks, mib }) => `${tasks > 1 ? `${tasks} × ` : ''}${service} ${inWords(mib)}`,
  )
  return `${name}: ${sum.join(' + ') || 'nothing'} = ${inWords(needMib)} of ${inWords(totalMib - systemMib)} MiB (${inWords(totalMib)} less ${systemMib} for the system)`
}

function mib(bytes: number): number {
  return Math.floor(bytes / 1024 ** 2)
}

function inWords(number: number): string {
  return number.toLocaleString('en')
}
