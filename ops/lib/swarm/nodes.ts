import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'
import { filtered, getFromEngine, postToEngine } from './api.ts'
import { readEngine } from './manager.ts'

const swarmSchema = z.object({ JoinTokens: z.object({ Worker: z.string() }) })
const taskSchema = z.object({ Status: z.object({ State: z.string() }) })

/** Swarm's port for its managers. */
const managerPort = 2377

/** How long a node may take until its tasks have moved, in ms. */
const drainMs = 180_000
const pollMs = 1_000

/**
 * Joins a host to the Swarm as a node that runs tasks, over the private network, unless it is one.
 * @returns whether it joined now.
 * @throws UserError for a host that is in another Swarm.
 */
export async function joinNode(manager: Host, host: Host): Promise<boolean> {
  const { name } = host.address
  const { Swarm } = await readEngine(host)
  const known = await nodeIds(manager)
  if (Swarm.NodeID && known.has(Swarm.NodeID)) return false
  if (Swarm.LocalNodeState !== 'inactive') {
    throw new UserError(
      `Docker on ${name} is ${Swarm.LocalNodeState} in another Swarm: \`docker swarm leave --force\` there, when nothing of it is needed`,
    )
  }
  const { JoinTokens } = await getFromEngine(manager, '/swarm', swarmSchema)
  const to = (await readEngine(manager)).Swarm.NodeAddr
  const own = host.address.privateAddress
  await postToEngine(host, '/swarm/join', {
    ListenAddr: '0.0.0.0:2377',
    ...(own && { AdvertiseAddr: own, DataPathAddr: own }),
    RemoteAddrs: [`${to}:${managerPort}`],
    JoinToken: JoinTokens.Worker,
  })
  return true
}

/**
 * Takes a node out of the Swarm: its tasks move first, then it leaves. One that is down is only forgotten.
 * @param host the node itself; left out when it can't be reached.
 * @throws UserError when its tasks don't move.
 */
export async function removeNode(
  manager: Host,
  nodeId: string,
  host: Host | undefined,
  say: (what: string) => void,
): Promise<void> {
  await mustRun(manager, 'draining a node', 'docker node update --availability drain "$1"', [nodeId])
  for (const until = Date.now() + drainMs; host; await sleep(pollMs)) {
    const tasks = await getFromEngine(manager, `/tasks${filtered({ node: [nodeId] })}`, z.array(taskSchema))
    const running = tasks.filter(({ Status }) => Status.State === 'running').length
    if (running === 0) break
    if (Date.now() > until) {
      throw new UserError(
        `${running} tasks of ${host.address.name} don't move: npx zx ops/status.ts says why`,
      )
    }
    say(`${running} tasks still there`)
  }
  if (host) await mustRun(host, 'leaving the Swarm', 'docker swarm leave')
  await mustRun(manager, 'forgetting a node', 'docker node rm --force "$1"', [nodeId])
}

/** Ids of the nodes that a manager knows. */
export async function nodeIds(manager: Host): Promise<Set<string>> {
  const nodes = await getFromEngine(manager, '/nodes', z.array(z.object({ ID: z.string() })))
  return new Set(nodes.map(({ ID }) => ID))
}
