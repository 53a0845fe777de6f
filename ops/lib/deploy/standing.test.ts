import { expect, test } from 'vitest'
import { type SwarmService, type SwarmStack } from '../swarm/swarm.ts'
import { standingIn, standingOf } from './standing.ts'

const service = (name: string, image: string, replicas: number): [string, SwarmService] => [
  name,
  {
    ID: name,
    Version: { Index: 1 },
    Spec: {
      Name: `wikiflow_${name}`,
      Mode: { Replicated: { Replicas: replicas } },
      TaskTemplate: { ContainerSpec: { Image: image } },
    },
  },
]

const swarm: SwarmStack = {
  nodes: [],
  services: new Map([
    service('worker', 'wikiflow:a', 6),
    service('redpanda', 'registry.example.org:5000/redpanda:v26.2.2@sha256:0123', 1),
  ]),
  tasks: new Map(),
}

const ours = { name: 'compose.yml', text: `services: { redpanda: { image: "$\{REDPANDA_IMAGE:-a:v1}" } }` }
const theirs = { name: 'override.yml', text: 'services: { redpanda: { image: kafka } }' }

test('how many workers there are, and which version of the log, is what the Swarm has', () => {
  expect(standingIn({ compose: [ours] }, swarm)).toEqual({
    WORKERS: '6',
    REDPANDA_IMAGE: 'registry.example.org:5000/redpanda:v26.2.2',
  })
})

test("the log's image that a target's own Compose file names stays that file's to say", () => {
  expect(standingIn({ compose: [ours, theirs] }, swarm)).toEqual({ WORKERS: '6' })
  expect(standingIn({ compose: [theirs, ours] }, swarm)).toHaveProperty('REDPANDA_IMAGE')
})

test('services that are gone say nothing, and neither does a Swarm that is gone', () => {
  expect(standingIn({ compose: [ours] }, { ...swarm, services: new Map() })).toEqual({})
  expect(standingIn({ compose: [ours] }, undefined)).toEqual({})
})

test('of a deployment nothing stands but these', () => {
  const variables = { WORKERS: '3', PGHOST: 'db' }
  expect(standingOf({ release: 'a', image: 'b', compose: [], migrations: [], variables })).toEqual({
    WORKERS: '3',
  })
  expect(standingOf(undefined)).toEqual({})
})
