import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'
import { filtered, getFromEngine } from './api.ts'
import { holdNode } from './held-nodes.ts'
import { readEngine } from './manager.ts'
import { nameOfNode } from './node-labels.ts'
import { type SwarmNode } from './swarm.ts'

const taskSchema = z.object({ Status: z.object({ State: z.string() }) })

/** How long a node may take until its tasks have moved, in ms: the longest stop takes a minute (the log's). */
const drainMs = 180_000
const pollMs = 1_000

/** One that has left already has left. */
const leave = `docker swarm leave 2>&1 || [ "$(docker info --format '{{.Swarm.LocalNodeState}}')" = inactive ]`
const forget = 'docker node rm --force "$1" > /dev/null'

/**
 * Takes a node out of the Swarm: its tasks move first, then it leaves. One that is down, or can't be reached, is only
 * forgotten; its tasks have moved by themselves. Ended anywhere, it can be done again.
 * @param host the node itself; left out when it can't be reached.
 * @throws UserError when its tasks don't move.
 */
export async function removeNode(
  manager: Host,
  node: SwarmNode,
  host: Host | undefined,
  say: (what: string) => void,
): Promise<void> {
  // Held, and not only drained: ended here, and meant to stay after all, it is let in again.
  await holdNode(manager, node.ID)
  if (node.Status.State === 'ready') await untilEmpty(manager, node, say)
  if (host && (await readEngine(host)).Swarm.NodeID === node.ID) {
    say('leaving the Swarm')
    await mustRun(host, 'leaving the Swarm', leave)
  }
  await mustRun(manager, 'forgetting a node', forget, [node.ID])
}

async function untilEmpty(manager: Host, node: SwarmNode, say: (what: string) => void): Promise<void> {
  const name = nameOfNode(node) ?? node.Description.Hostname
  const query = `/tasks${filtered({ node: [node.ID] })}`
  for (const until = Date.now() + drainMs; ; await sleep(pollMs)) {
    const tasks = await getFromEngine(manager, query, z.array(taskSchema))
    const running = tasks.filter(({ Status }) => Status.State === 'running').length
    if (running === 0) return
    if (Date.now() > until) {
      throw new UserError(`${running} tasks of ${name} don't move: npx zx ops/status.ts says why`)
    }
    say(`${running} tasks still on ${name}`)
  }
}
