import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ModifyInstanceAttributeCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { keyFiles } from '../../ops/lib/cloud/key-files.ts'
import { fingerprint } from '../../ops/lib/cloud/ssh-key.ts'
import { testStack } from '../../ops/lib/cloud/test-context.ts'
import { type Command, commandsIn } from '../../ops/lib/runbook/commands.ts'
import { stepsIn } from '../../ops/lib/runbook/steps.ts'
import { stackId } from '../../ops/lib/stack/names.ts'
import { type AwsWalk, openAwsWalk } from './walk/aws-walk.ts'
import { type Ended } from './walk/command.ts'
import { containerOf, inside } from './walk/containers.ts'

/** A loaded machine takes minutes where another takes seconds. */
const slowly = { timeout: 1_200_000 }
/** How long after its action a failure may take to be over, in ms. */
const healsMs = 300_000

const book = await readFile(new URL('../../RUNBOOK.md', import.meta.url), 'utf8')
const commands = commandsIn(book)
const stack = testStack.name

let walk: AwsWalk

beforeAll(async () => {
  walk = await openAwsWalk({ source: { rate: 20 }, diskMib: 8_000 })
}, 900_000)

afterAll(async () => {
  await walk?.close()
}, 60_000)

/** What happens to the stack in a section, and what a person does there beside the commands. */
type Failure = {
  /** Does the harm. */
  cause?(): Promise<unknown>
  /** What the first command that looks shows then. */
  shows?: RegExp
  /** What is done by hand, or ends by itself, before the commands that act. */
  meanwhile?(): Promise<unknown>
  /** What goes on after them. */
  afterwards?(): Promise<unknown>
}

const onHost = (script: string, args: readonly string[] = []) => inside(walk.first, script, args)

/** Packets of the containers to a server of the site are refused, or no more. */
const refuse = (url: string, isOn: boolean) => {
  const [, hostname, port] = /([\d.]+):(\d+)/.exec(url) ?? []
  const rule = `DOCKER-USER -p tcp -d ${hostname} --dport ${port} -j REJECT --reject-with tcp-reset`
  return onHost(`iptables ${isOn ? '-I' : '-D'} ${rule}`)
}
const database = () => `${walk.rehearsal.site.database.host}:${walk.rehearsal.site.database.port}`

/** Containers of the workers, at once. */
const workers = `docker ps --quiet --filter "label=com.docker.swarm.service.name=${stack}_worker"`

/** A host as EC2 gives a new one: with what its image has, and nothing of ours. */
const emptied = `docker swarm leave --force
docker ps --all --quiet | xargs --no-run-if-empty docker rm --force
docker volume ls --quiet | xargs --no-run-if-empty docker volume rm
docker image ls --quiet wikiflow | xargs --no-run-if-empty docker image rm --force
rm -rf /home/*/wikiflow`

const source = async (faults: Record<string, unknown>) => {
  const { faultsUrl } = walk.rehearsal.site.source
  const answer = await fetch(faultsUrl, { method: 'POST', body: JSON.stringify(faults) })
  expect(answer.status, await answer.text()).toBeLessThan(300)
}
const hush = (isOn: boolean) => source({ stall: { rate: isOn ? 1 : 0, ms: isOn ? 1_200_000 : 0 } })

const nextGeneration = () =>
  walk.project.edit('wikiflow.config.ts', text =>
    text.replace(/generation: (\d+)/, (_, number) => `generation: ${Number(number) + 1}`),
  )

const knownHosts = () =>
  join(keyFiles(walk.state, stackId(testStack, walk.cloud.account)).folder, 'known_hosts')

async function untilAllCounted(): Promise<void> {
  const look = async () => {
    const { stdout } = await walk.start('audit.ts', '--deployed', '--json', '--quick').ended
    expect(JSON.parse(stdout).totals.lag).toBe(0)
  }
  await vi.waitFor(look, { timeout: 120_000, interval: 2_000 })
}

const failures: Record<string, Failure> = {
  compose: {
    // Here nobody can be asked which address the operator has.
    meanwhile: async () => {
      const { code, said } = await walk.start(
        'init.ts',
        ...['--contact', 'rehearsal@example.org', '--operator-cidr', '203.0.113.7/32'],
      ).ended
      expect(code, said).toBe(0)
    },
  },
  'worker-down': {
    cause: async () => onHost('docker kill "$1"', [await containerOf(walk.first, stack, 'worker')]),
    shows: /^worker .*(2\/3|UTC)/m,
  },
  lag: {
    cause: () => onHost(`docker pause $(${workers})`),
    shows: /worker/,
    meanwhile: () => onHost(`docker unpause $(${workers})`),
  },
  'source-silent': { cause: () => hush(true), meanwhile: () => hush(false) },
  'broker-full': {
    cause: () => walk.first.fillDisk(100),
    shows: /GiB, (9\d|100) %/,
    meanwhile: () => walk.first.freeDisk(),
  },
  'database-down': {
    cause: () => refuse(database(), true),
    shows: /ECONNREFUSED|database/,
    meanwhile: () => refuse(database(), false),
  },
  'lake-late': {
    cause: () => refuse(walk.rehearsal.site.lake.endpoint, true),
    meanwhile: () => refuse(walk.rehearsal.site.lake.endpoint, false),
  },
  offsets: {
    cause: () =>
      onHost(
        `docker service scale --detach "$1_redpanda=0"
until [ -z "$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$1_redpanda")" ]; do sleep 0.2; done
rm -rf /var/lib/docker/volumes/$1_redpanda-data/_data/*
docker service scale --detach "$1_redpanda=1"`,
        [stack],
      ),
    meanwhile: nextGeneration,
  },
  'host-lost': {
    cause: async () => {
      const { stdout } = await walk.start('provision.ts', '--plan', '--json').ended
      const id = /i-[0-9a-f]{8,}/.exec(stdout)?.[0] ?? ''
      const { ec2 } = walk.cloud
      await ec2.send(
        new ModifyInstanceAttributeCommand({ InstanceId: id, DisableApiTermination: { Value: false } }),
      )
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }))
      // Another machine takes its place: here the same one, with nothing on it.
      await onHost(emptied)
    },
    shows: /^\+ EC2 host/m,
    meanwhile: nextGeneration,
  },
  'key-changed': {
    cause: async () => {
      const pinned = await readFile(knownHosts(), 'utf8')
      const other = pinned.replaceAll(
        /(AAAAC3NzaC1lZDI1NTE5AAAAI)(.)/g,
        (_, head, next) => `${head}${next === 'A' ? 'B' : 'A'}`,
      )
      expect(other).not.toBe(pinned)
      await writeFile(knownHosts(), other)
    },
    shows: /shows the key SHA256:\S+ pinned for i-/,
    meanwhile: async () => {
      expect(fingerprint(walk.first.hostKey)).toMatch(/^SHA256:/)
      await writeFile(knownHosts(), '')
    },
  },
  'bad-deploy': {
    cause: async () => {
      await walk.project.touch('a release that counts nonsense')
      const { code, said } = await walk.start('deploy.ts', '--yes').ended
      expect(code, said).toBe(0)
    },
  },
  restore: {
    cause: async () => {
      await hush(true)
      await untilAllCounted()
    },
    afterwards: () => hush(false),
  },
}

/** A line as it is typed; where a person would be asked, the answer is given beforehand. */
function answered({ step, kind, line }: Command): string {
  if (step === 'compose' && kind === 'act') return `${line} --print --operator-cidr 203.0.113.7/32`
  if (kind !== 'act' || line.includes(' -- ')) return line
  if (line.includes('destroy.ts')) return `${line} --confirm ${stack}`
  return `${line} --yes`
}

const linesOf = (step: string, kind: Command['kind']) =>
  commands.filter(command => command.step === step && command.kind === kind).map(answered)

async function type(line: string): Promise<Ended> {
  return walk.type(line).ended
}

test.each(stepsIn(book))('$id: $title', slowly, async ({ id }) => {
  const { cause, shows, meanwhile, afterwards } = failures[id] ?? {}
  await cause?.()
  const [first, ...others] = linesOf(id, 'look')
  if (first !== undefined) {
    const look = async () => {
      const { code, said } = await type(first)
      expect([0, 1, 2], said).toContain(code)
      expect(said).toMatch(shows ?? /\S/)
    }
    await vi.waitFor(look, { timeout: 120_000, interval: 1_000 })
  }
  for (const line of others) {
    const { code, said } = await type(line)
    expect([0, 1, 2], `${line}: ${said}`).toContain(code)
  }
  await meanwhile?.()
  for (const line of linesOf(id, 'act')) {
    const { code, said } = await type(line)
    expect(code, `${line}: ${said}`).toBe(0)
  }
  await afterwards?.()
  for (const line of linesOf(id, 'prove')) {
    const prove = async () => {
      const { code, said } = await type(line)
      expect(code, `${line}: ${said}`).toBe(0)
    }
    await vi.waitFor(prove, { timeout: healsMs, interval: 5_000 })
  }
})

test('every failure that is caused here stands in the runbook', () => {
  const ids = stepsIn(book).map(({ id }) => id)
  expect(Object.keys(failures).filter(id => !ids.includes(id))).toEqual([])
})
