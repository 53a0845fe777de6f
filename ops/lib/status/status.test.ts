import { expect, test } from 'vitest'
import { type SwarmService, type SwarmStack, type SwarmTask } from '../swarm/swarm.ts'
import { isWell, servicesOf } from './status.ts'

const text = `services:
  redpanda: { image: a }
  init: { image: a, deploy: { restart_policy: { condition: on-failure } } }
  worker: { image: a, deploy: { replicas: "$\{WORKERS:-3}" } }`
const current = {
  ...{ release: 'aaaaaaaaaaaa', image: 'a', compose: [{ name: 'prod.yml', text }], migrations: [] },
  variables: { WORKERS: '6' },
}

const service = (ID: string, Replicas: number): [string, SwarmService] => [
  ID,
  {
    ...{ ID, Version: { Index: 1 } },
    Spec: {
      ...{ Name: `wikiflow_${ID}`, Labels: { 'wikiflow.release': 'aaaaaaaaaaaa' } },
      ...{ Mode: { Replicated: { Replicas } }, TaskTemplate: { ContainerSpec: { Image: 'a' } } },
    },
  },
]

function swarmWith(replicas: Record<string, number>): SwarmStack {
  const services = new Map(Object.entries(replicas).map(([name, count]) => service(name, count)))
  const task = (ServiceID: string, index: number): SwarmTask => ({
    ...{ ID: `${ServiceID}-${index}`, ServiceID, CreatedAt: '2026-11-01T00:00:00Z', DesiredState: 'running' },
    Spec: { ContainerSpec: { Image: 'a' } },
    Status: {
      Timestamp: '2026-11-01T00:00:00Z',
      State: ServiceID === 'init' ? 'complete' : 'running',
    },
  })
  const tasks = Object.entries(replicas).map(([name, count]): [string, SwarmTask[]] => [
    name,
    Array.from({ length: count }, (_, index) => task(name, index)),
  ])
  return { nodes: [], services, tasks: new Map(tasks) }
}

const counts = (swarm: SwarmStack) =>
  servicesOf({ swarm, current }, Date.now()).map(({ name, running, wanted, inSwarm }) => ({
    ...{ name, running, wanted, inSwarm },
  }))

test('a log that was stopped is wanted all the same, and nothing is well', () => {
  const swarm = swarmWith({ redpanda: 0, init: 1, worker: 6, spark: 2 })
  expect(counts(swarm)).toEqual([
    { name: 'redpanda', running: 0, wanted: 1, inSwarm: 0 },
    { name: 'init', running: 1, wanted: 1, inSwarm: 1 },
    { name: 'worker', running: 6, wanted: 6, inSwarm: 6 },
    { name: 'spark', running: 2, wanted: 2, inSwarm: 2 },
  ])
  const services = servicesOf({ swarm, current }, Date.now())
  const pipeline = {
    state: 'current',
    counted: { total: 1, perSecond: 1, newestEventAt: null },
    services: [],
  }
  const status = {
    ...{ stack: 'wikiflow', release: 'aaaaaaaaaaaa', nodes: [], pipeline },
    costPerDay: undefined,
  }
  expect(isWell({ ...status, services })).toBe(false)
  expect(isWell({ ...status, services: services.slice(1) })).toBe(true)
})

test('of a release that is gone from the host the Swarm alone says how many are wanted', () => {
  const swarm = swarmWith({ redpanda: 0 })
  expect(servicesOf({ swarm, current: undefined }, Date.now())).toMatchObject([{ wanted: 0, inSwarm: 0 }])
})
