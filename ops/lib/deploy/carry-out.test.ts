import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LockLost } from '../lock/lock.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { carryOut, type DeployJob } from './carry-out.ts'
import { type TestManager, testDeployment, testManager } from './test-manager.ts'
import { silent } from './test-stages.ts'

const [older, newer] = ['aaaaaaaaaaaa', 'bbbbbbbbbbbb']
const stack = 'wikiflow'

/** A deploy of the newer release, where the older one serves unless it is said otherwise. */
async function jobOn(manager: TestManager, changes: Partial<DeployJob> = {}): Promise<DeployJob> {
  mkdirSync(join(manager.home, 'wikiflow', stack), { recursive: true })
  const lock = new AbortController()
  return {
    ...{ stack, hosts: [manager], stages: silent, files: {}, buildArgs: [] },
    deployment: testDeployment(newer),
    before: { served: [older], current: testDeployment(older), swarm: await readSwarmStack(manager, stack) },
    lock: { signal: lock.signal, assertHeld: () => lock.signal.throwIfAborted() },
    signal: lock.signal,
    ...changes,
  }
}

function managerWithOlder(): TestManager {
  const manager = testManager()
  manager.services.set('worker', older)
  return manager
}

/** Has so many requests to deploy fail, from the first on. */
function failing(manager: TestManager, times = 1, meanwhile = () => {}): void {
  let left = times
  manager.docker = command => {
    if (command !== 'stack deploy' || left-- <= 0) return undefined
    meanwhile()
    return { code: 1, stderr: 'no such network' }
  }
}

const deploys = ({ asked }: TestManager) => asked.filter(command => /^stack/.test(command))

test('what does not get to serve goes back to what served before', async () => {
  const manager = managerWithOlder()
  failing(manager)
  await expect(carryOut(await jobOn(manager))).rejects.toMatchObject({
    message: expect.stringMatching(
      /^release b{12} doesn't serve: .*no such network\nrolled back to a{12}, which serves$/,
    ),
    serving: older,
  })
  expect(manager.services.get('worker')).toBe(older)
})

test('who lost the lock puts nothing back beside who has it now', async () => {
  const manager = managerWithOlder()
  const lost = new AbortController()
  const lock = { signal: lost.signal, assertHeld: () => lost.signal.throwIfAborted() }
  failing(manager, 1, () => lost.abort(new LockLost('lost the lock: an@laptop has it now')))
  await expect(carryOut(await jobOn(manager, { lock, signal: lost.signal }))).rejects.toMatchObject({
    name: 'DeployError',
    message: `release ${newer} doesn't serve: lost the lock: an@laptop has it now\nwithout the lock nothing is changed, nor put back; npx zx ops/status.ts says what runs`,
    serving: undefined,
  })
  expect(deploys(manager)).toEqual(['stack deploy'])
})

test('neither does a laptop that slept for longer than its lock was good for', async () => {
  const manager = managerWithOlder()
  failing(manager)
  const lock = {
    signal: new AbortController().signal,
    assertHeld: () => {
      throw new LockLost('the lock has run out unrenewed')
    },
  }
  await expect(carryOut(await jobOn(manager, { lock }))).rejects.toThrow(
    /no such network\nthe lock has run out unrenewed\nwithout the lock nothing is changed/,
  )
  expect(deploys(manager)).toEqual(['stack deploy'])
})

test('a lock that is lost on the way back ends that, too', async () => {
  const manager = managerWithOlder()
  const lost = new AbortController()
  const lock = { signal: lost.signal, assertHeld: () => lost.signal.throwIfAborted() }
  let times = 0
  failing(manager, 2, () => {
    if (++times === 2) lost.abort(new LockLost('lost the lock'))
  })
  await expect(carryOut(await jobOn(manager, { lock }))).rejects.toThrow(
    /no such network\nand going back failed: lost the lock\nnpx zx ops\/status.ts says what runs$/,
  )
})

test('Ctrl-C ends the deploy, not the way back', async () => {
  const manager = managerWithOlder()
  const interrupted = new AbortController()
  failing(manager, 1, () => interrupted.abort(new Error('interrupted')))
  await expect(carryOut(await jobOn(manager, { signal: interrupted.signal }))).rejects.toMatchObject({
    message: expect.stringContaining(`interrupted\nrolled back to ${older}`),
    serving: older,
  })
})

test('a first release that fails is taken away again', async () => {
  const manager = testManager()
  failing(manager)
  const { swarm } = (await jobOn(manager)).before
  const before = { served: [], current: undefined, swarm }
  await expect(carryOut(await jobOn(manager, { before }))).rejects.toThrow(/its services are removed/)
  expect(deploys(manager)).toEqual(['stack deploy', 'stack rm'])
})

test.each([
  ['the folder of what served is gone', [older]],
  ['none is known to have served', []],
])('services that ran before are not taken away when %s', async (_why, served) => {
  const manager = managerWithOlder()
  failing(manager)
  const { swarm } = (await jobOn(manager)).before
  const before = { served, current: undefined, swarm }
  await expect(carryOut(await jobOn(manager, { before }))).rejects.toMatchObject({
    message: expect.stringContaining(
      "what ran before isn't known on host-1, so its services are left as they are; npx zx ops/status.ts says what runs",
    ),
    serving: undefined,
  })
  expect(deploys(manager)).toEqual(['stack deploy'])
})

test("a release that can't be noted as serving doesn't count as one that does", async () => {
  const manager = managerWithOlder()
  const job = await jobOn(manager)
  mkdirSync(join(manager.home, 'wikiflow', stack, 'served.part'))
  await expect(carryOut(job)).rejects.toMatchObject({
    message: expect.stringMatching(/noting that b{12} serves failed on host-1 .*\n?.*served\.part/),
    serving: older,
  })
})

test("the way back to an outside Kafka takes its password from the Swarm, by that release's own mark", async () => {
  const manager = managerWithOlder()
  const job = await jobOn(manager)
  const text = `services: { worker: { image: x, secrets: [kafka-password] } }
secrets: { kafka-password: { name: "p_$\{KAFKA_PASSWORD_MARK}", file: "$\{SECRETS}/kafka-password" } }`
  const variables = { WORKERS: '1', KAFKA_PASSWORD_MARK: 'k1' }
  const current = { ...testDeployment(older), compose: [{ name: 'kafka.yml', text }], variables }
  const inputs: string[] = []
  manager.docker = (command, _args, input) => {
    if (command !== 'stack deploy') return undefined
    return inputs.push(input) === 1 ? { code: 1 } : undefined
  }
  const files = { 'owner-password': 'x' }
  await expect(carryOut({ ...job, files, before: { ...job.before, current } })).rejects.toMatchObject({
    serving: older,
  })
  expect(inputs[1]).toContain("export KAFKA_PASSWORD_MARK='k1'")
  expect(inputs[1]).toMatch(/kafka-password:\n +name: p_\$\{KAFKA_PASSWORD_MARK\}\n +external: true\n/)
})
