import { expect, test } from 'vitest'
import { type Host } from '../host/host.ts'
import { type SwarmNode, type SwarmStack } from '../swarm/swarm.ts'
import { type Description } from './description.ts'
import { planNodes } from './nodes-plan.ts'

const mib = 1024 ** 2

/** A node with the name that it joined with; the first without any. */
function node(name: string, changes: { state?: string; held?: boolean; isFirst?: boolean } = {}): SwarmNode {
  const { state = 'ready', held = false, isFirst = name === 'host-1' } = changes
  return {
    ID: name,
    Spec: {
      Role: isFirst ? 'manager' : 'worker',
      Availability: held ? 'drain' : 'active',
      Labels: {
        'wikiflow.host': name,
        ...(isFirst && { 'wikiflow.first': 'true' }),
        ...(held && { 'wikiflow.held': 'true' }),
      },
    },
    Description: { Hostname: name, Resources: { MemoryBytes: 3_834 * mib } },
    Status: { State: state },
  }
}

const stack = (...nodes: SwarmNode[]): SwarmStack => ({ nodes, services: new Map(), tasks: new Map() })

function hosts(...names: string[]): { hosts: readonly [Host, ...Host[]] } {
  const [first, ...others] = names.map((name): Host => {
    const address = { name, user: 'an', address: '192.0.2.1', port: 22, keyName: name }
    return { address, run: () => Promise.reject(new Error('a plan asks nobody')), close: async () => {} }
  })
  if (!first) throw new Error('there is a first host')
  return { hosts: [first, ...others] }
}

const description = (nodes: number): Description => ({
  file: 'target.json',
  says: { workers: 3, nodes },
  mostNodes: 9,
  fieldOf: what => what,
  check: async () => {},
  save: async () => {},
})

test('a host that is not in the Swarm yet joins', () => {
  const plan = planNodes(
    { swarm: stack(node('host-1')), description: description(1) },
    hosts('host-1', 'host-2'),
  )
  expect(plan.isSettled).toBe(false)
  expect(plan.lines).toEqual([
    '~ target.json  nodes: 1 → 2',
    '+ host-2  joins the Swarm, and gets the image',
    '~ worker  shared out among the hosts anew',
  ])
})

test('one that is held back since it was away joins again; one that is down is there', () => {
  const swarm = stack(node('host-1'), node('host-2', { held: true }), node('host-3', { state: 'down' }))
  const { joins, leaving } = planNodes(
    { swarm, description: description(3) },
    hosts('host-1', 'host-2', 'host-3'),
  )
  expect({ joins, leaving }).toEqual({ joins: ['host-2'], leaving: [] })
})

test('those that are too many leave; one that is down is only forgotten', () => {
  const swarm = stack(node('host-1'), node('host-2'), node('host-3', { state: 'down' }))
  const { lines, filled, leaving } = planNodes({ swarm, description: description(3) }, hosts('host-1'))
  expect(leaving.map(({ ID }) => ID)).toEqual(['host-2', 'host-3'])
  expect(lines.slice(0, 3)).toEqual([
    '~ target.json  nodes: 3 → 1',
    '- host-2  drained, then leaves the Swarm',
    '- host-3  is down: the Swarm forgets it',
  ])
  expect(filled.map(({ name }) => name)).toEqual(['host-1'])
})

test('a node that joined by hand is not ours to send away', () => {
  const byHand = node('laptop')
  byHand.Spec.Labels = {}
  const plan = planNodes(
    { swarm: stack(node('host-1'), byHand), description: description(1) },
    hosts('host-1'),
  )
  expect(plan.leaving).toEqual([])
  expect(plan.isSettled).toBe(true)
})

test("a name's control sequences don't act on the terminal", () => {
  const swarm = stack(node('host-1'), node('\u001b[2J', { isFirst: false }))
  expect(planNodes({ swarm, description: description(1) }, hosts('host-1')).lines.join()).not.toContain(
    '\u001b',
  )
})
