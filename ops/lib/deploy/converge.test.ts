import { expect, test } from 'vitest'
import { readCompose } from '../compose/compose.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { converge, standing } from './converge.ts'
import { testDeployment, testManager } from './test-manager.ts'

const stack = 'wikiflow'
const release = 'aaaaaaaaaaaa'

test('when Swarm leaves two tasks in each slot, it is asked once to look again', async () => {
  const manager = testManager()
  manager.services.set('worker', release)
  manager.workers = 3
  manager.isDoubled = true
  manager.docker = (command, args) => {
    if (command !== 'service update') return undefined
    expect(args).toEqual(['wikiflow_worker'])
    manager.isDoubled = false
    return undefined
  }
  const said: string[] = []
  await converge({
    ...{ manager, stack, services: ['worker'], signal: new AbortController().signal },
    compose: testDeployment(release).compose.map(readCompose),
    known: standing(await readSwarmStack(manager, stack)),
    say: (service, state) => said.push(`${service}: ${state}`),
  })
  expect(said).toEqual(['worker: 6 of 3 running', 'worker: as asked'])
  expect(manager.asked).toEqual(['service update'])
})
