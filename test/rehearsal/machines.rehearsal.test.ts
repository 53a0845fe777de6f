import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { imageNames, imagesTar } from './images/images.ts'
import { must, runCommand } from './machines/command.ts'
import { makeIdentity } from './machines/identity.ts'
import { type Machine, startMachine } from './machines/machine.ts'
import { type MachineNetwork, openNetwork } from './machines/network.ts'
import { unpackSystem } from './machines/system.ts'

// Real engines on whatever machine there is: alone on two cores each of these takes seconds.
vi.setConfig({ testTimeout: 300_000 })

let network: MachineNetwork
let identity: string
let first: Machine
let second: Machine

const start = async (name: string, number: number, diskMib?: number) =>
  startMachine({
    ...{ name, network, number, identity, system: join(network.folder, 'system'), images: await imagesTar() },
    ...(diskMib !== undefined && { diskMib }),
  })

beforeAll(async () => {
  network = await openNetwork()
  await unpackSystem(join(network.folder, 'system'))
  identity = await makeIdentity(network.folder)
  first = await start('host-1', 11)
  second = await start('host-2', 12, 6_000)
})

afterAll(async () => {
  await first?.stop()
  await second?.stop()
  await network?.close()
})

/** As deploy does: by SSH as the machine's user, with its key pinned. */
async function ssh(machine: Machine, script: string, pinned = machine.pinnedKey) {
  const known = join(network.folder, 'known_hosts')
  await writeFile(known, `${pinned}\n`)
  const { user, address, keyName } = machine.host
  const options = [
    'BatchMode=yes',
    'ConnectTimeout=10',
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${known}`,
    `HostKeyAlias=${keyName}`,
  ]
  const args = ['-i', identity, ...options.flatMap(option => ['-o', option]), `${user}@${address}`, script]
  return runCommand('ssh', args, { timeoutMs: 120_000 })
}

/** By SSH; the script must succeed. */
async function on(machine: Machine, script: string): Promise<string> {
  const { code, stdout, stderr } = await ssh(machine, script)
  expect(code, `${script}: ${stderr}`).toBe(0)
  return stdout.trim()
}

/** Waits until a script says what it should. */
async function until(machine: Machine, script: string, said: RegExp | string): Promise<void> {
  const look = async () => expect((await ssh(machine, script)).stdout.trim()).toMatch(said)
  await vi.waitFor(look, { timeout: 180_000, interval: 300 })
}

const replicas = 'docker service ls --format "{{.Replicas}}"'
const running = (node: string) =>
  `docker service ps probe --filter node=${node} --filter desired-state=running --format "{{.CurrentState}}"`
const statusOf = (node: string) => `docker node ls --filter name=${node} --format "{{.Status}}"`

test("a host is somebody else's as soon as its key isn't the pinned one", async () => {
  const { code, stderr } = await ssh(first, 'true', `${first.host.keyName} ${second.hostKey}`)
  expect(code).toBe(255)
  expect(stderr).toContain('REMOTE HOST IDENTIFICATION HAS CHANGED')
})

test('its user is no root, may use Docker, and finds what a deploy needs', async () => {
  expect(await on(first, 'id -un; hostname; docker version --format "{{.Server.Version}}"')).toMatch(
    /^ec2-user\nhost-1\n20\.10\./,
  )
  await on(first, 'command -v curl flock tar gzip sha256sum mktemp')
  expect((await ssh(first, 'cat /etc/shadow')).code).not.toBe(0)
  expect(await on(first, 'ls -A /dev/shm /tmp')).toBe('/dev/shm:\n\n/tmp:')
})

test('what it changes of its system is neither on this machine nor on another of its kind', async () => {
  await first.run('useradd mallory && touch /etc/mark /usr/bin/mark')
  expect((await second.run('id mallory; ls /etc/mark /usr/bin/mark')).code).not.toBe(0)
  expect((await runCommand('id', ['mallory'])).code).not.toBe(0)
  expect(existsSync('/usr/bin/mark')).toBe(false)
})

test('an image is built there with packages from the internet', async () => {
  const dockerfile = `FROM ${imageNames.node}\\nRUN npm view is-number@7.0.0 version\\n`
  expect(await on(first, `printf '${dockerfile}' | docker build -`)).toContain('7.0.0')
})

test("Kafka in Redpanda's place keeps what it took over a kill", async () => {
  const limits = '--read-only --tmpfs /tmp --cap-drop ALL --user 101:101 --memory 1200m'
  const client = `docker run --rm -i --network log ${imageNames.kafka}`
  const healthy = 'docker inspect --format "{{.State.Health.Status}}" redpanda'
  await on(
    first,
    `docker network create log && docker run -d --name redpanda --network log ${limits} --volume log:/var/lib/redpanda/data ${imageNames.kafka} start-kafka auto.create.topics.enable=true`,
  )
  await until(first, healthy, /^healthy$/)
  await on(
    first,
    `echo kept | ${client} kcat -b redpanda:9092 -P -t t -p 0 -X topic.request.required.acks=all`,
  )
  await on(first, 'docker kill redpanda && docker start redpanda')
  await until(first, healthy, /^healthy$/)
  expect(await on(first, `${client} kcat -q -b redpanda:9092 -C -t t -p 0 -o beginning -e`)).toBe('kept')
  await on(first, 'docker rm -f redpanda')
})

test('a second host joins the Swarm and runs a share', async () => {
  await on(first, `docker swarm init --advertise-addr ${first.host.address}`)
  const token = await on(first, 'docker swarm join-token -q worker')
  await on(second, `docker swarm join --token ${token} ${first.host.address}:2377`)
  const shape = '--replicas 2 --endpoint-mode dnsrr --network inner --replicas-max-per-node 1'
  await on(first, 'docker network create --driver overlay inner')
  await on(
    first,
    `docker service create --detach --name probe ${shape} --no-resolve-image ${imageNames.debian} sleep infinity`,
  )
  for (const host of [first, second]) await until(first, running(host.name), /^Running/)
  const peers = await on(
    second,
    'docker exec $(docker ps -q --filter name=probe) getent ahostsv4 tasks.probe | cut -d" " -f1 | sort -u',
  )
  expect(peers.split('\n')).toHaveLength(2)
})

test('one that is cut off is down, and ready again when its network is back', async () => {
  await second.cutOff()
  await until(first, statusOf('host-2'), 'Down')
  await second.reconnect()
  await until(first, statusOf('host-2'), 'Ready')
})

test('after a pulled plug Docker, Swarm and the service come back from the disk', async () => {
  await on(first, 'echo kept > ~/note')
  await first.powerOff()
  expect((await ssh(first, 'true')).code).toBe(255)
  await first.powerOn()
  expect(await on(first, 'cat ~/note; ls /tmp')).toBe('kept')
  await until(first, replicas, /^2\/2/)
})

test('a full disk is felt by Docker and by its user', async () => {
  await second.fillDisk()
  const build = await ssh(
    second,
    `printf 'FROM ${imageNames.debian}\\nRUN head -c 9000000 /dev/zero > /big\\n' | docker build -`,
  )
  expect(`${build.code} ${build.stdout}${build.stderr}`).toMatch(/^[^0].*no space left on device/is)
  expect((await ssh(second, 'head -c 9000000 /dev/zero > ~/big')).stderr).toContain('No space left on device')
  await second.freeDisk()
  await on(second, 'head -c 9000000 /dev/zero > ~/big')
})

/** What a network of this number has on this machine, outside its own namespaces. */
async function tracesOf(number: number): Promise<string[]> {
  const traces = await must('bash', [
    '-c',
    `ip -o link | grep -oE 'wiki(rehearse|host)'$1'[-:@]'
    iptables-save | grep -w "wikiflow-rehearsal-$1"
    grep -F "/wikiflow-rehearsal-$1/" /proc/mounts
    losetup --list --noheadings --output BACK-FILE | grep -F "/wikiflow-rehearsal-$1/"
    find /sys/fs/cgroup -type d -name "wikirehearse$1-*"
    find /var/tmp -maxdepth 1 -name "wikiflow-rehearsal-$1"
    find /run/wikiflow-rehearsal -name "$1"
    pgrep --full --list-full "/wikiflow-rehearsal-$1/"
    true`,
    'bash',
    String(number),
  ])
  return traces.split('\n').filter(Boolean)
}

test('a stopped rehearsal leaves nothing', async () => {
  const own = await openNetwork()
  const machine = await startMachine({
    ...{ name: 'short', network: own, number: 11, identity, diskMib: 500 },
    system: join(network.folder, 'system'),
  })
  expect((await tracesOf(own.number)).length).toBeGreaterThan(5)
  await machine.stop()
  await own.close()
  await vi.waitFor(async () => expect(await tracesOf(own.number)).toEqual([]), 20_000)
})

test("a killed one's machines die with it; the next start clears the rest, and no one else's", async () => {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'machines/killed-child.ts'), join(network.folder, 'system')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const ended = once(child, 'exit')
  const [said] = await Promise.race([once(child.stdout, 'data'), ended])
  const number = Number(said)
  expect(number).toBeGreaterThan(0)
  child.kill('SIGKILL')
  await ended
  await (await openNetwork()).close()
  await vi.waitFor(async () => expect(await tracesOf(number)).toEqual([]), 20_000)
  expect((await tracesOf(network.number)).length).toBeGreaterThan(5)
  await on(first, 'docker ps')
})
