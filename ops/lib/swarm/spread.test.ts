import { expect, test } from 'vitest'
import { unevenBy } from './spread.ts'
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

/** So many tasks on nodes a, b, c. */
const on = (...counts: number[]) => {
  const names = ['a', 'b', 'c'].slice(0, counts.length)
  const tasks = names.flatMap((name, index) => Array.from({ length: counts[index] ?? 0 }, () => task(name)))
  return stack(
    names.map(name => node(name)),
    tasks,
  )
}

test.each([
  { counts: [6, 0], moves: 3 },
  { counts: [5, 0], moves: 2 },
  { counts: [4, 2], moves: 1 },
  { counts: [2, 0], moves: 1 },
  { counts: [6, 0, 0], moves: 4 },
  { counts: [2, 2, 4], moves: 1 },
  { counts: [3, 2], moves: 0 },
  { counts: [1, 0], moves: 0 },
  { counts: [1, 1, 2], moves: 0 },
  { counts: [12], moves: 0 },
  { counts: [0, 0], moves: 0 },
])('of $counts on nodes $moves have to move', ({ counts, moves }) => {
  expect(unevenBy(on(...counts), 'worker')).toBe(moves)
})

test('a task that is leaving counts no more', () => {
  const tasks = [task('a'), task('a'), task('b', 'shutdown')]
  expect(unevenBy(stack([node('a'), node('b')], tasks), 'worker')).toBe(1)
})

test('nodes that are down, or take no tasks, need none', () => {
  const nodes = [node('a'), node('b', 'drain'), node('c', 'active', 'down')]
  expect(unevenBy(stack(nodes, [task('a'), task('a'), task('a')]), 'worker')).toBe(0)
})

test('where there is no node there is nothing to move', () => {
  expect(unevenBy(stack([], []), 'worker')).toBe(0)
})
