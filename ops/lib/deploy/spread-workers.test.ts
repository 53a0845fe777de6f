import { expect, test } from 'vitest'
import { LockLost } from '../lock/lock.ts'
import { type SwarmNode } from '../swarm/swarm.ts'
import { spreadWorkers } from './spread-workers.ts'
import { testDeployment, testManager } from './test-manager.ts'
import { silent } from './test-stages.ts'

const node = (ID: string): SwarmNode => ({
  ID,
  Spec: { Role: 'worker', Availability: 'active', Labels: {} },
  Description: { Hostname: ID },
  Status: { State: 'ready' },
})

/** Two workers on the first of two nodes, so that a third is started meanwhile; then the signal is aborted. */
async function spreadUntil(reason: Error) {
  const manager = testManager()
  manager.nodes = [node('n'), node('m')]
  manager.services.set('worker', 'aaaaaaaaaaaa')
  manager.workers = 2
  const stop = new AbortController()
  const asked: number[] = []
  manager.docker = (command, [, count]) => {
    if (command !== 'service scale') return undefined
    asked.push(Number(count))
    stop.abort(reason)
    return undefined
  }
  const deployment = { ...testDeployment('aaaaaaaaaaaa'), variables: { WORKERS: '2' } }
  await expect(
    spreadWorkers({ manager, stack: 'wikiflow', deployment, stages: silent, signal: stop.signal }),
  ).rejects.toBe(reason)
  return asked
}

test('Ctrl-C while workers move leaves as many as there were', async () => {
  expect(await spreadUntil(new Error('interrupted'))).toEqual([3, 2])
})

test('who lost the lock meanwhile scales nothing any more', async () => {
  expect(await spreadUntil(new LockLost('lost the lock'))).toEqual([3])
})
