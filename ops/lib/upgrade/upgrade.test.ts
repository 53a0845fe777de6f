import { expect, test } from 'vitest'
import { type Deployment } from '../deploy/plan.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { PlayedSwarm } from '../swarm/test-swarm.ts'
import { imageOf } from './upgrade.ts'

const deployment: Deployment = {
  ...{ release: 'aaaaaaaaaaaa', image: 'wikiflow:1', migrations: [] },
  compose: [{ name: 'prod.yml', text: 'services: {}' }],
  variables: { REDPANDA_IMAGE: 'redpanda:v26.2.1' },
}

/** The stack with so many tasks of its log. */
function stackWith(replicas: number) {
  const { services, connection } = new PlayedSwarm({ redpanda: 'redpanda:v26.2.1', ingest: 'wikiflow:1' })
  const log = services.get('redpanda')
  if (log) log.replicas = replicas
  return readSwarmStack(connection.manager, 'wikiflow')
}

test('a log that a killed backup left standing still is not taken for brokers of your own', async () => {
  expect(imageOf(deployment, await stackWith(1))).toBe('redpanda:v26.2.1')
  const stopped = await stackWith(0)
  expect(() => imageOf(deployment, stopped)).toThrow(/^redpanda stand still: .*npx zx ops\/deploy\.ts starts/)
  const variables = { KAFKA_BROKERS: 'kafka.example.org:9092' }
  expect(() => imageOf({ ...deployment, variables }, stopped)).toThrow('brokers of your own')
})
