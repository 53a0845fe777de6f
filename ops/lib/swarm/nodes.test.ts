import { expect, test } from 'vitest'
import { type Host } from '../host/host.ts'
import { joinNode } from './nodes.ts'
import { removeNode } from './remove-node.ts'
import { type SwarmNode } from './swarm.ts'

type Node = { labels: Record<string, string>; availability: 'active' | 'drain' }

/**
 * A manager with one other node, and that node's host: the engine's answers, and the labels that are put on it.
 * @param onLabel is called before a label is put on.
 */
function swarmWith({ node, onLabel = () => {} }: { node: Node | undefined; onLabel?: () => void }) {
  const swarm = { node }
  const engine = (path: string, isManager: boolean): unknown => {
    if (path.endsWith('/nodes')) return swarm.node ? [asNode(swarm.node)] : []
    if (path.endsWith('/swarm')) return { JoinTokens: { Worker: 'token' } }
    const NodeID = isManager ? 'first' : swarm.node && 'second'
    const LocalNodeState = NodeID ? 'active' : 'inactive'
    return { ServerVersion: '29', Swarm: { NodeID, LocalNodeState, NodeAddr: '10.0.0.1' } }
  }
  const host = (name: string): Host => ({
    address: { name, user: 'u', address: '198.51.100.7', port: 22, keyName: name },
    run: async (script, args = []) => {
      if (script.startsWith('docker node update')) {
        onLabel()
        const [, name = ''] = args
        const labels = [...script.matchAll(/--label-add "?([\w.]+)=(\w+|\$2)/g)]
        for (const [, label = '', value = ''] of labels) {
          if (swarm.node) swarm.node.labels[label] = value === '$2' ? name : value
        }
        const [, availability] = /--availability (active|drain)/.exec(script) ?? []
        if (swarm.node && availability) swarm.node.availability = availability as Node['availability']
        return { code: 0, stdout: '', stderr: '' }
      }
      const [method, , ...urls] = args
      if (method === 'POST') swarm.node = { labels: {}, availability: 'drain' }
      const answers = urls.map(url => `${JSON.stringify(engine(url, name === 'host-1'))}\n200\n`)
      return { code: 0, stdout: answers.join(''), stderr: '' }
    },
    close: async () => {},
  })
  return { swarm, manager: host('host-1'), host: host('host-2') }
}

const asNode = ({ labels, availability }: Node): SwarmNode => ({
  ID: 'second',
  Spec: { Role: 'worker', Availability: availability, Labels: labels },
  Description: { Hostname: 'second' },
  Status: { State: 'ready' },
})

const held = { 'wikiflow.held': 'true', 'wikiflow.host': 'host-2' }

test('a host that joins is held back until it has the image', async () => {
  const { swarm, manager, host } = swarmWith({ node: undefined })
  expect(await joinNode(manager, host)).toBe(true)
  expect(swarm.node).toEqual({ labels: held, availability: 'drain' })
})

test('one whose deploy was killed right after it joined is held back by the next, to be let in', async () => {
  let labels = 0
  const broken = swarmWith({
    node: undefined,
    onLabel: () => {
      if (++labels === 1) throw new Error('killed')
    },
  })
  await expect(joinNode(broken.manager, broken.host)).rejects.toThrow('killed')
  expect(broken.swarm.node).toEqual({ labels: {}, availability: 'drain' })
  expect(await joinNode(broken.manager, broken.host)).toBe(false)
  expect(broken.swarm.node).toEqual({ labels: held, availability: 'drain' })
})

test.each([
  { was: 'one that takes tasks', availability: 'active' as const, labels: {} },
  {
    was: 'one that somebody has drained',
    ...{ availability: 'drain' as const, labels: { 'wikiflow.host': 'host-2' } },
  },
  {
    was: 'a drained one that had another name',
    ...{ availability: 'drain' as const, labels: { 'wikiflow.host': 'host-3' } },
  },
])('$was is named, and stays as it is', async ({ availability, labels }) => {
  const { swarm, manager, host } = swarmWith({ node: { availability, labels: { ...labels } } })
  expect(await joinNode(manager, host)).toBe(false)
  expect(swarm.node).toEqual({ labels: { 'wikiflow.host': 'host-2' }, availability })
})

test('one that was to leave, and stays after all, is held back: so the next run lets it in', async () => {
  const node: Node = { availability: 'active', labels: { 'wikiflow.host': 'host-2' } }
  const { manager } = swarmWith({ node })
  await expect(removeNode(manager, asNode(node), undefined, () => {})).rejects.toThrow()
  expect(node).toEqual({ labels: held, availability: 'drain' })
})
