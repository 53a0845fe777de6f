import { expect, test } from 'vitest'
import { isSpread } from './spread.ts'
import { type SwarmNode, type SwarmStack, type SwarmTask } from './swarm.ts'

const node = (ID: string, availability: SwarmNode['Spec']['Availability'] = 'active', State = 'ready') => ({
  ID,
  Spec: { Role: 'worker', Availability: availability, Labels: {} },
  Description: { Hostname: ID },
  Status: { State },
})

const task = (NodeID: string, DesiredState = 'running'): SwarmTask => ({
  ID: `${NodeID}-${DesiredState}`,
  ServiceID: 's',
  NodeID,
  CreatedAt: '2026-11-01T00:00:00Z',
  DesiredState,
  Spec: { ContainerSpec: { Image: 'a' } },
  Status: { Timestamp: '2026-11-01T00:00:00Z', State: 'running' },
})

const stack = (nodes: SwarmNode[], tasks: SwarmTask[]): SwarmStack => ({
  nodes,
  services: new Map(),
  tasks: new Map([['worker', tasks]]),
})

test('two on one node and none on another are not spread; two and one are', () => {
  const nodes = [node('a'), node('b')]
  expect(isSpread(stack(nodes, [task('a'), task('a')]), 'worker')).toBe(false)
  expect(isSpread(stack(nodes, [task('a'), task('a'), task('b')]), 'worker')).toBe(true)
})

test('a task that is leaving counts no more', () => {
  const tasks = [task('a'), task('a'), task('b', 'shutdown')]
  expect(isSpread(stack([node('a'), node('b')], tasks), 'worker')).toBe(false)
})

test('nodes that are down, or take no tasks, need none', () => {
  const tasks = [task('a'), task('a'), task('a')]
  expect(isSpread(stack([node('a'), node('b', 'drain'), node('c', 'active', 'down')], tasks), 'worker')).toBe(
    true,
  )
})

test('one node alone has them all', () => {
  expect(isSpread(stack([node('a')], [task('a'), task('a'), task('a')]), 'worker')).toBe(true)
})
