import { type Host } from '../host/host.ts'
import { changeSwarm } from './change-swarm.ts'
import { heldLabel, isHeld, nameOfNode, readNodes } from './node-labels.ts'

const hold = `docker node update --availability drain --label-add ${heldLabel}=true "$1" > /dev/null`
const admit = `docker node update --availability active --label-rm ${heldLabel} "$1" > /dev/null`

/**
 * Keeps tasks from nodes that can't be given an image now: Swarm would try them there again and again once the hosts are
 * back.
 * @param names of their hosts.
 */
export async function holdNodes(manager: Host, names: readonly string[]): Promise<void> {
  for (const node of await readNodes(manager)) {
    if (!names.includes(nameOfNode(node) ?? '') || isHeld(node)) continue
    await holdNode(manager, node.ID)
  }
}

/** Takes a node's tasks away, and keeps others from it until `admitNodes`. */
export async function holdNode(manager: Host, id: string): Promise<void> {
  await changeSwarm(manager, 'holding a node back', hold, [id])
}

/**
 * Lets nodes that were held back have tasks. One that somebody has drained stays so.
 * @param names of their hosts, which have the image.
 */
export async function admitNodes(manager: Host, names: readonly string[]): Promise<void> {
  for (const node of await readNodes(manager)) {
    const name = nameOfNode(node)
    if (name === undefined || !names.includes(name) || !isHeld(node)) continue
    await changeSwarm(manager, `letting ${name} have tasks`, admit, [node.ID])
  }
}
