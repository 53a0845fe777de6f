import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ModifyInstanceAttributeCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { StopDBInstanceCommand } from '@aws-sdk/client-rds'
import { PutBucketPolicyCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3'
import { expect, vi } from 'vitest'
import { keyFiles } from '../../../ops/lib/cloud/key-files.ts'
import { fingerprint } from '../../../ops/lib/cloud/ssh-key.ts'
import { testStack } from '../../../ops/lib/cloud/test-context.ts'
import { namesOf, stackId } from '../../../ops/lib/stack/names.ts'
import { type AwsWalk } from './aws-walk.ts'
import { containerOf, inside } from './containers.ts'
import { diskMib, grownMib } from './powers.ts'

/** Between two files of a partition, as `openAwsWalk` sets it, in ms. */
const rotateMs = 5_000

const stack = testStack.name

/** What happens to the stack in a section, and what a person does there beside the commands. */
export type Failure = {
  /** Does the harm. */
  cause?(): Promise<unknown>
  /** What the first command that looks shows then. */
  shows?: RegExp
  /** Why what proves the end doesn't fail before it. */
  unseen?: string
  /** What is done by hand, or ends by itself, before the commands that act. */
  meanwhile?(): Promise<unknown>
  /** What a person finds out, by what stands for it in the commands that act. */
  finds?: Readonly<Record<string, () => Promise<string>>>
  /** What goes on after them. */
  afterwards?(): Promise<unknown>
  /** What the command that proves the end says then. */
  proves?: RegExp
}

/** Containers of the workers, at once. */
const workers = `docker ps --quiet --filter "label=com.docker.swarm.service.name=${stack}_worker"`

/** A host as EC2 gives a new one: with what its image has, and nothing of ours. */
const emptied = `docker swarm leave --force
docker ps --all --quiet | xargs --no-run-if-empty docker rm --force
docker volume ls --quiet | xargs --no-run-if-empty docker volume rm
docker image ls --quiet wikiflow | xargs --no-run-if-empty docker image rm --force
rm -rf /home/*/wikiflow`

/** What can go wrong with a stack on this AWS, by the sections of the runbook that are about it. */
export function failuresOn(walk: AwsWalk): Record<string, Failure> {
  const onHost = (script: string, args: readonly string[] = []) => inside(walk.first, script, args)

  const source = async (faults: Record<string, unknown>) => {
    const { faultsUrl } = walk.rehearsal.site.source
    const answer = await fetch(faultsUrl, { method: 'POST', body: JSON.stringify(faults) })
    expect(answer.status, await answer.text()).toBeLessThan(300)
  }
  const hush = (isOn: boolean) => source({ stall: { rate: isOn ? 1 : 0, ms: isOn ? 1_200_000 : 0 } })

  /** Changes a number of `wikiflow.config.ts`. */
  const setNumber = (field: string, change: (number: number) => number) =>
    walk.project.edit('wikiflow.config.ts', text => {
      const changed = text.replace(
        new RegExp(`^( *${field}: )([\\d_]+)`, 'm'),
        (_, head, number: string) => `${head}${change(Number(number.replaceAll('_', '')))}`,
      )
      expect(changed, field).not.toBe(text)
      return changed
    })
  const nextGeneration = () => setNumber('generation', number => number + 1)

  const ours = () => stackId(testStack, walk.cloud.account)
  const bucket = () => namesOf(ours()).bucket
  const folder = () => keyFiles(walk.state, ours()).folder
  const knownHosts = () => join(folder(), 'known_hosts')

  /** Two rotations before the lake's newest file was written. */
  async function beforeLakesEnd(): Promise<string> {
    let newest = 0
    const pages = paginateListObjectsV2({ client: walk.cloud.s3 }, { Bucket: bucket(), Prefix: 'raw/' })
    for await (const { Contents = [] } of pages) {
      for (const { LastModified } of Contents) newest = Math.max(newest, LastModified?.getTime() ?? 0)
    }
    expect(newest).toBeGreaterThan(Date.now() - 600_000)
    return new Date(newest - 2 * rotateMs).toISOString()
  }

  async function newestBackup(): Promise<string> {
    const [newest = ''] = globSync('backups/*.tar.gz', { cwd: folder() }).toSorted().toReversed()
    return join(folder(), newest)
  }

  /** The release that serves. */
  async function serving(): Promise<string> {
    const { stdout } = await walk.start('status.ts', '--json').ended
    return JSON.parse(stdout).release
  }

  /** The log's disk is lost, and the log begins anew on an empty one. */
  const loseLog = () =>
    onHost(
      `docker service scale --detach "$1_redpanda=0"
until [ -z "$(docker ps --quiet --filter "label=com.docker.swarm.service.name=$1_redpanda")" ]; do sleep 0.2; done
rm -rf /var/lib/docker/volumes/$1_redpanda-data/_data/*
docker service scale --detach "$1_redpanda=1"`,
      [stack],
    )

  /** What brings harm to the lake on AWS: somebody's policy. */
  const forbidPuts = () =>
    walk.cloud.s3.send(
      new PutBucketPolicyCommand({
        Bucket: bucket(),
        Policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Deny',
              Principal: '*',
              Action: 's3:PutObject',
              Resource: `arn:aws:s3:::${bucket()}/raw/*`,
            },
          ],
        }),
      }),
    )

  async function untilAllCounted(): Promise<void> {
    const look = async () => {
      const { stdout } = await walk.start('audit.ts', '--deployed', '--json', '--quick').ended
      expect(JSON.parse(stdout).totals.lag).toBe(0)
    }
    await vi.waitFor(look, { timeout: 120_000, interval: 2_000 })
  }

  /** The release that serves before a bad one. */
  let good: string
  /** What puts the usual credit back. */
  let undo = async () => {}

  return {
    compose: {
      unseen: 'without a description, what a new one would say is looked at',
      // Here nobody can be asked which address the operator has.
      meanwhile: async () => {
        const { code, said } = await walk.start(
          'init.ts',
          ...['--contact', 'rehearsal@example.org', '--operator-cidr', '203.0.113.7/32'],
        ).ended
        expect(code, said).toBe(0)
      },
    },
    batch: { unseen: "what stream's run wrote is there" },
    'local-test': { unseen: "what stream's run wrote is audited" },
    bucket: { unseen: 'made with the database' },
    host: { unseen: 'made with the database' },
    check: { unseen: 'nothing is done here', proves: /^The stack on AWS is as it should be/m },
    'worker-down': {
      cause: async () => onHost('docker kill "$1"', [await containerOf(walk.first, stack, 'worker')]),
      shows: /^worker .*(2\/3|UTC)/m,
      unseen: 'the Swarm is quicker',
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
      meanwhile: () => setNumber('diskGb', gb => Math.ceil((gb * grownMib) / diskMib)),
      afterwards: () => walk.first.freeDisk(),
    },
    'database-down': {
      cause: () =>
        walk.cloud.rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: namesOf(ours()).database })),
      shows: /is paused \(wikiflow is stopped\)/,
    },
    'lake-late': { cause: forbidPuts, shows: /s3:PutObject/ },
    offsets: { cause: loseLog, meanwhile: nextGeneration },
    credit: {
      cause: async () => {
        undo = await setNumber('creditUsd', () => 3)
      },
      shows: /credit/,
      meanwhile: () => undo(),
    },
    'host-lost': {
      cause: async () => {
        const { stdout } = await walk.start('provision.ts', '--plan', '--json').ended
        const instance = /i-[0-9a-f]{8,}/.exec(stdout)?.[0] ?? ''
        const { ec2 } = walk.cloud
        await ec2.send(
          new ModifyInstanceAttributeCommand({
            InstanceId: instance,
            DisableApiTermination: { Value: false },
          }),
        )
        await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] }))
        // Another machine takes its place: here the same one, with nothing on it.
        await onHost(emptied)
      },
      shows: /^\+ EC2 host/m,
      meanwhile: nextGeneration,
      finds: { '2026-11-20T08:00:00Z': beforeLakesEnd },
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
        good = await serving()
        await walk.project.touch('a release that counts nonsense')
        const { code, said } = await walk.start('deploy.ts', '--yes').ended
        expect(code, said).toBe(0)
        expect(await serving()).not.toBe(good)
      },
      unseen: 'it runs well, and is only wrong',
      afterwards: async () => expect(await serving()).toBe(good),
    },
    backup: {
      // Until it is put back: a log that ends before what is counted by then would be refused.
      cause: async () => {
        await hush(true)
        await untilAllCounted()
      },
      unseen: 'nothing is wrong',
    },
    restore: { cause: loseLog, finds: { FILE: newestBackup }, afterwards: () => hush(false) },
  }
}
