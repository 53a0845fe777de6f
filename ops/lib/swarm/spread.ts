import { setTimeout as sleep } from 'node:timers/promises'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'
import { readSwarmStack, type SwarmStack } from './swarm.ts'

/** How long Swarm may take to begin what it was asked for, in ms. */
const beginMs = 30_000
const pollMs = 500

const force = 'docker service update --detach --force --no-resolve-image "$1" > /dev/null'

/** Whether a service's tasks are shared out as evenly among the nodes that take tasks as they can be. */
export function isSpread({ nodes, tasks }: SwarmStack, service: string): boolean {
  const open = nodes.filter(({ Spec, Status }) => Spec.Availability === 'active' && Status.State === 'ready')
  const running = (tasks.get(service) ?? []).filter(({ DesiredState }) => DesiredState === 'running')
  const counts = open.map(({ ID }) => running.filter(({ NodeID }) => NodeID === ID).length)
  return Math.max(...counts) - Math.min(...counts) <= 1
}

/**
 * Starts a service's tasks anew, one after the other: Swarm itself moves none to a node that has come. Over when it has
 * begun.
 */
export async function spread(manager: Host, stack: string, service: string): Promise<void> {
  const began = async () =>
    (await readSwarmStack(manager, stack)).services.get(service)?.UpdateStatus?.StartedAt
  const before = await began()
  await mustRun(manager, `spreading ${service}`, force, [`${stack}_${service}`])
  for (const until = Date.now() + beginMs; (await began()) === before; await sleep(pollMs)) {
    if (Date.now() > until) throw new UserError(`Swarm doesn't begin to spread ${service}`)
  }
}
