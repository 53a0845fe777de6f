import { expect, test } from 'vitest'
import { type SwarmStack, type SwarmTask } from '../swarm/swarm.ts'
import { placedContainer } from './find-container.ts'
import { chosenServices } from './stack-services.ts'

const image = { Image: 'wikiflow:1' }

function task(slot: number, state: string, desired = state): SwarmTask {
  return {
    ID: `task-${slot}-${state}`,
    ServiceID: 'worker',
    NodeID: `node-${slot}`,
    Slot: slot,
    CreatedAt: '2026-11-20T08:00:00Z',
    DesiredState: desired,
    Spec: { ContainerSpec: image },
    Status: {
      Timestamp: '2026-11-20T08:00:00Z',
      State: state,
      ContainerStatus: { ContainerID: `container-${slot}-${state}` },
    },
  }
}

function stackOf(tasks: SwarmTask[]): SwarmStack {
  const service = (name: string) => ({
    ID: name,
    Version: { Index: 1 },
    Spec: { Name: `s_${name}`, Mode: {}, TaskTemplate: { ContainerSpec: image } },
  })
  return {
    nodes: [
      {
        ID: 'node-2',
        Spec: { Role: 'worker', Availability: 'active', Labels: {} },
        Description: { Hostname: 'host-2' },
        Status: { State: 'ready' },
      },
    ],
    services: new Map(['worker', 'batch'].map(name => [name, service(name)])),
    tasks: new Map([['worker', tasks]]),
  }
}

test('the lowest replica that runs is taken, wherever it is', () => {
  const stack = stackOf([
    task(3, 'running'),
    task(1, 'failed'),
    task(2, 'running'),
    task(1, 'running', 'shutdown'),
  ])
  expect(placedContainer(stack, 'worker')).toEqual({
    ...{ id: 'container-2-running', service: 'worker', replica: 2 },
    ...{ nodeId: 'node-2', nodeName: 'host-2' },
  })
  expect(placedContainer(stack, 'worker', 3)).toMatchObject({ id: 'container-3-running', nodeName: 'node-3' })
})

test('what there isn’t is told with what there is', () => {
  const stack = stackOf([task(1, 'running'), task(2, 'running')])
  expect(() => placedContainer(stack, 'worker', 7)).toThrow('no replica 7 that runs; there is: 1, 2')
  expect(() => placedContainer(stack, 'batch')).toThrow('no container of batch runs')
  expect(() => placedContainer(stack, 'Worker\u001b[2J')).toThrow(
    'no service "Worker\\u001b[2J"; there is: batch, worker',
  )
})

test('services are chosen once each; none means all', () => {
  const stack = stackOf([])
  expect(chosenServices(stack, [])).toEqual(['batch', 'worker'])
  expect(chosenServices(stack, ['worker', 'worker'])).toEqual(['worker'])
  expect(() => chosenServices(stack, ['__proto__'])).toThrow('there is: batch, worker')
})
