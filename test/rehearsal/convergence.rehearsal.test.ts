import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readCompose, stackFile } from '../../ops/lib/compose/compose.ts'
import { converge, standing } from '../../ops/lib/deploy/converge.ts'
import { stackDeploy, stackInput } from '../../ops/lib/deploy/stack-command.ts'
import { type OpenHosts, openHosts } from '../../ops/lib/host/open-hosts.ts'
import { changeSwarm } from '../../ops/lib/swarm/change-swarm.ts'
import { ensureManager } from '../../ops/lib/swarm/manager.ts'
import { readSwarmStack } from '../../ops/lib/swarm/swarm.ts'
import { imageNames, imagesTar } from './images/images.ts'
import { makeIdentity } from './machines/identity.ts'
import { type Machine, startMachine } from './machines/machine.ts'
import { type MachineNetwork, openNetwork } from './machines/network.ts'
import { unpackSystem } from './machines/system.ts'

const stack = 'convergence'
/** Swarm leaves two tasks in each slot of some of them: of so many services it does so in most runs. */
const names = Array.from({ length: 8 }, (_, index) => `worker-${index + 1}`)

let network: MachineNetwork
let machine: Machine
let hosts: OpenHosts

beforeAll(async () => {
  network = await openNetwork()
  const system = join(network.folder, 'system')
  await unpackSystem(system)
  machine = await startMachine({
    ...{ name: 'host-1', network, number: 11, system },
    ...{ identity: await makeIdentity(network.folder), images: await imagesTar() },
  })
  const folder = join(network.folder, 'operator')
  const pinnedKeys = join(folder, 'known_hosts')
  await mkdir(folder, { mode: 0o700 })
  await writeFile(pinnedKeys, `${machine.pinnedKey}\n`)
  hosts = await openHosts({ hosts: [machine.host], pinnedKeys, folder })
  await ensureManager(hosts.first)
}, 600_000)

afterAll(async () => {
  await hosts?.close()
  await machine?.stop()
  await network?.close()
}, 60_000)

/** Services whose tasks do this, replaced as workers are: each new one is healthy before the old one ends. */
function workers(command: string) {
  const update = { parallelism: 1, order: 'start-first', monitor: '4s', failure_action: 'rollback' }
  const service = {
    image: imageNames.debian,
    command: ['sh', '-c', command],
    healthcheck: { test: ['CMD', 'test', '-e', '/tmp/up'], interval: '2s', start_period: '60s' },
    stop_grace_period: '1s',
    deploy: { replicas: 3, update_config: update, restart_policy: { condition: 'any', delay: '5s' } },
  }
  const services = Object.fromEntries(names.map(name => [name, service]))
  return readCompose({ name: 'workers.yml', text: JSON.stringify({ version: '3.9', services }) })
}

async function deploy(compose: ReturnType<typeof workers>) {
  const known = standing(await readSwarmStack(hosts.first, stack))
  const files = { '1.yml': stackFile(compose, names) }
  await changeSwarm(hosts.first, 'docker stack deploy', stackDeploy, [stack, 'keep', '1.yml'], {
    stdin: stackInput({ variables: {}, files }),
    timeoutMs: 120_000,
  })
  return known
}

const endings = async () => {
  const { tasks } = await readSwarmStack(hosts.first, stack)
  return names.map(name => tasks.get(name)?.filter(({ Status }) => Status.State === 'failed').length ?? 0)
}

test('workers that end again and again are replaced by some that run, each of them once', {
  timeout: 900_000,
}, async () => {
  await deploy(workers('sleep 4; exit 1'))
  await expect
    .poll(async () => Math.min(...(await endings())), { timeout: 240_000, interval: 2_000 })
    .toBeGreaterThan(2)
  const compose = workers('sleep 6; touch /tmp/up; exec sleep 10000')
  const known = await deploy(compose)
  await converge({
    ...{ manager: hosts.first, stack, services: names, compose: [compose], known },
    say: () => {},
    signal: new AbortController().signal,
  })
  const { tasks } = await readSwarmStack(hosts.first, stack)
  for (const name of names) {
    const running = tasks.get(name)?.filter(({ Status }) => Status.State === 'running') ?? []
    expect(running.map(({ Slot }) => Slot).sort(), name).toEqual([1, 2, 3])
  }
})
