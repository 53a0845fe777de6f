import { z } from 'zod'
import { type Host } from '../host/host.ts'
import { getFromEngine } from './api.ts'
import { nodeSchema, type SwarmNode } from './swarm.ts'

/** The label that names a node as its host is called, which stays known when the host is gone. */
export const hostLabel = 'wikiflow.host'

/** The label of a node that gets no tasks until it has the image of what is deployed. */
export const heldLabel = 'wikiflow.held'

/** The nodes that a manager knows. */
export function readNodes(manager: Host): Promise<SwarmNode[]> {
  return getFromEngine(manager, '/nodes', z.array(nodeSchema))
}

/** What a node's host is called; undefined for a node that joined by hand. */
export function nameOfNode({ Spec }: SwarmNode): string | undefined {
  return Spec.Labels?.[hostLabel]
}

/** Whether it waits for its image. */
export function isHeld({ Spec }: SwarmNode): boolean {
  return Spec.Labels?.[heldLabel] !== undefined
}
