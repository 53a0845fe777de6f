import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'
import { UserError } from '../script.ts'
import { getFromEngine, postToEngine } from './api.ts'
import { changeSwarm } from './change-swarm.ts'
import { holdNode } from './held-nodes.ts'
import { type EngineInfo, readEngine } from './manager.ts'
import { hostLabel, nameOfNode, readNodes } from './node-labels.ts'

const swarmSchema = z.object({ JoinTokens: z.object({ Worker: z.string() }) })

/** Swarm's port for its managers. */
const managerPort = 2377

const nameIt = `docker node update --label-add "${hostLabel}=$2" "$1" > /dev/null`
const leave = 'docker swarm leave --force'
const forget = 'docker node rm --force "$1" > /dev/null'

/**
 * Joins a host to the Swarm as a node, over the private network, unless it is one. A node that joins is held back: it
 * gets no tasks before `admitNodes`, for it has no image yet. One that was forgotten while it was away joins anew.
 * @returns whether it joined now.
 * @throws UserError for a host that is in another Swarm.
 */
export async function joinNode(manager: Host, host: Host): Promise<boolean> {
  const { name } = host.address
  const [{ Swarm }, nodes] = await Promise.all([readEngine(host), readNodes(manager)])
  const known = nodes.find(({ ID }) => ID === Swarm.NodeID)
  if (known) {
    if (nameOfNode(known) === name) return false
    // It joined, and the run ended before it was named: the Swarm has it drained as it came, not because somebody did.
    const isUnfinished = nameOfNode(known) === undefined && known.Spec.Availability === 'drain'
    if (isUnfinished) await holdNode(manager, known.ID)
    await changeSwarm(manager, 'naming a node', nameIt, [known.ID, name])
    return false
  }
  const { Swarm: own } = await readEngine(manager)
  if (Swarm.LocalNodeState !== 'inactive') {
    if (!wasOf(Swarm, own)) {
      throw new UserError(
        `Docker on ${name} is ${Swarm.LocalNodeState} in another Swarm: \`docker swarm leave --force\` there, when nothing of it is needed`,
      )
    }
    await mustRun(host, 'leaving the Swarm that has forgotten it', leave)
  }
  const { JoinTokens } = await getFromEngine(manager, '/swarm', swarmSchema)
  const address = host.address.privateAddress
  await postToEngine(host, '/swarm/join', {
    ListenAddr: '0.0.0.0:2377',
    ...(address && { AdvertiseAddr: address, DataPathAddr: address }),
    RemoteAddrs: [`${own.NodeAddr}:${managerPort}`],
    JoinToken: JoinTokens.Worker,
    Availability: 'drain',
  })
  const { NodeID = '' } = (await readEngine(host)).Swarm
  await holdNode(manager, NodeID)
  await changeSwarm(manager, 'naming a node', nameIt, [NodeID, name])
  // The same host, as it was before it left or was made anew.
  const former = nodes.filter(node => nameOfNode(node) === name && node.Status.State === 'down')
  for (const { ID } of former) await mustRun(manager, 'forgetting a node', forget, [ID])
  return true
}

/** Whether an engine belonged to the Swarm of this manager, which has forgotten it. */
function wasOf({ RemoteManagers }: EngineInfo['Swarm'], { NodeID }: EngineInfo['Swarm']): boolean {
  return (RemoteManagers ?? []).some(manager => manager.NodeID === NodeID)
}
