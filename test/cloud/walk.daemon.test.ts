import { readFileSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  DisassociateAddressCommand,
  ModifyInstanceAttributeCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import { PutRolePolicyCommand } from '@aws-sdk/client-iam'
import { ModifyDBInstanceCommand } from '@aws-sdk/client-rds'
import { DeletePublicAccessBlockCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Cloud, openCloud } from '../../ops/lib/cloud/cloud.ts'
import { statementFor } from '../../ops/lib/cloud/operator-policy.ts'
import { testCredentials } from '../../ops/lib/cloud/test-context.ts'
import { type AwsWire, startAwsWire } from '../engines/aws-wire.ts'
import { type Moto, startMoto } from '../engines/moto.ts'
import { inventory } from './inventory.ts'
import { furnish } from './neighbours.ts'
import { createOperator, type Operator } from './operator.ts'

/** Stacks of the same name in one account, the first standing while the second is walked: neither may see the other. */
const regions = ['us-east-1', 'eu-west-1'] as const
/** Where the tools are killed at every step: once is enough, and takes minutes. */
const killedIn = regions[0]
const account = '123456789012'

let moto: Moto
let wire: AwsWire
const seen = new Set<string>()

beforeAll(async () => {
  moto = await startMoto()
  wire = await startAwsWire(moto.url)
  for (const [name, value] of Object.entries({ ...testCredentials, AWS_ENDPOINT_URL: moto.url }))
    vi.stubEnv(name, value)
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await wire?.stop()
  await moto?.stop()
})

/** Calls of the operator's since then that change something; also remembers what was called at all. */
function changesOf(wireCalls: AwsWire['calls']): string[] {
  for (const { action } of wireCalls) seen.add(action)
  return wireCalls.filter(({ changes }) => changes).map(({ action }) => action)
}

describe.each(regions)('a stack in %s', region => {
  let cloud: Cloud
  let operator: Operator
  let before: Map<string, unknown>
  let elsewhere: { operator: Operator; cloud: Cloud; before: Map<string, unknown> } | undefined

  beforeAll(async () => {
    cloud = await openCloud(region)
    await furnish(cloud)
    if (region !== killedIn) elsewhere = await standElsewhere()
    before = await inventory(cloud)
    // No price is known for every region: that must be agreed to.
    operator = createOperator(wire.url, { region })
  })

  afterAll(() => {
    operator?.leave()
    elsewhere?.operator.leave()
  })

  /** Another operator's stack of the same name, in the first region. */
  const standElsewhere = async () => {
    const other = createOperator(wire.url, { region: killedIn })
    expect(await other.run('provision.ts', ['--yes', '--over-budget'])).toMatchObject({ code: 0 })
    const there = await openCloud(killedIn)
    return { operator: other, cloud: there, before: await inventory(there) }
  }

  const provision = (...args: string[]) => operator.run('provision.ts', ['--over-budget', ...args])
  const provisionJson = async (...args: string[]) => {
    const ran = await provision('--json', ...args)
    return { ...ran, json: JSON.parse(ran.out) as PlanOutput }
  }

  /** Runs a command again and again, each time killed at its first change, until it has nothing left to change. */
  const killAfterEachChange = async (script: string, args: string[]) => {
    const killedAt = new Map<string, number>()
    for (let kills = 0; ; kills++) {
      const run = operator.start(script, args)
      let killed = false
      wire.onAnswer = call => {
        const before = killedAt.get(call.action) ?? 0
        // Some calls come first in every run (taking the lock, lifting a protection): killed there each time, none
        // would get further.
        if (region !== killedIn || killed || !call.changes || before === 2) return
        killedAt.set(call.action, before + 1)
        killed = true
        run.kill()
      }
      const last = await run.ended
      wire.onAnswer = () => {}
      if (!killed) return { kills, last }
    }
  }

  test('is a plan first, and the plan changes nothing', async () => {
    wire.calls.length = 0
    const { code, out } = await provision('--plan')
    expect({ code, changes: changesOf(wire.calls) }).toEqual({ code: 2, changes: [] })
    expect(out).toContain(`wikiflow-${account}-${region}`)
    expect(await inventory(cloud)).toEqual(before)
    expect(await readdir(operator.state).catch(() => [])).toEqual([])
  })

  test('is not made without a yes where nobody can be asked', async () => {
    const { code, err } = await provision()
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('--yes') })
    expect(await inventory(cloud)).toEqual(before)
  })

  test('is made by one command killed after every call that changes something, then run again', async () => {
    const { kills, last } = await killAfterEachChange('provision.ts', ['--yes', '--over-budget'])
    expect(last).toMatchObject({ code: 0, err: '' })
    expect(last.out).toMatch(/The stack is as described|Nothing to do/)
    if (region === killedIn) expect(kills).toBeGreaterThan(12)
    const { json, code } = await provisionJson('--plan')
    expect({ code, result: json.result }).toEqual({ code: 0, result: 'nothing to do' })
    const made = await inventory(cloud)
    // One of each, however often it was killed.
    const kinds = [...made.keys()].filter(key => !before.has(key)).map(key => key.replace(/ \S+$/, ''))
    expect(kinds.sort()).toEqual([
      'address',
      'bucket',
      'database',
      'group',
      'group',
      'instance',
      'instance profile',
      'key',
      'parameter group',
      'role',
      'subnet group',
      'volume',
    ])
  }, 600_000)

  test('keeps its secrets in files of its owner alone, and never sends a key', async () => {
    const [folder = ''] = await readdir(join(operator.state, 'cloud'))
    const files = await readdir(join(operator.state, 'cloud', folder))
    expect(files.sort()).toEqual(['master-password', 'ssh-key', 'ssh-key.pub'])
    for (const file of ['master-password', 'ssh-key'])
      expect(statSync(join(operator.state, 'cloud', folder, file)).mode & 0o777).toBe(0o600)
    const secret = readFileSync(join(operator.state, 'cloud', folder, 'master-password'), 'utf8').trim()
    const { out, err } = await provision('--plan', '--json')
    expect(out + err).not.toContain(secret)
  })

  test('says what it is for the next phase', async () => {
    const { json } = await provisionJson()
    expect(json.outputs).toMatchObject({
      address: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      endpoint: expect.stringMatching(/:5432$/),
      bucket: `wikiflow-${account}-${region}`,
    })
  })

  test('shows what was changed by hand as drift, and puts it back', async () => {
    const stackTag = { Name: 'tag:wikiflow:stack', Values: [`wikiflow/${region}`] }
    const groups = await cloud.ec2.send(new DescribeSecurityGroupsCommand({ Filters: [stackTag] }))
    const hostGroup = groups.SecurityGroups?.find(({ GroupName }) => GroupName === 'wikiflow-host')
    const instances = await cloud.ec2.send(new DescribeInstancesCommand({ Filters: [stackTag] }))
    const InstanceId = instances.Reservations?.[0]?.Instances?.[0]?.InstanceId ?? ''
    await cloud.ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: hostGroup?.GroupId ?? '',
        IpPermissions: [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
      }),
    )
    await cloud.ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: false } }),
    )
    await cloud.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }))
    const { PublicIp } = { PublicIp: (await provisionJson('--plan')).json.outputs.address ?? '' }
    await cloud.ec2.send(new DisassociateAddressCommand({ PublicIp }))
    await cloud.rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: 'wikiflow',
        DeletionProtection: false,
        PubliclyAccessible: true,
        ApplyImmediately: true,
      }),
    )
    await cloud.s3.send(new DeletePublicAccessBlockCommand({ Bucket: `wikiflow-${account}-${region}` }))
    await cloud.iam.send(
      new PutRolePolicyCommand({
        RoleName: `wikiflow-${region}-host`,
        PolicyName: 'all',
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
        }),
      }),
    )

    const { out, code } = await provision('--plan')
    expect(code).toBe(2)
    for (const text of [
      '! S3 bucket',
      '! IAM role',
      '! security group',
      '! RDS',
      '! EC2 host',
      '! elastic IP',
    ])
      expect(out.toLowerCase()).toContain(text.toLowerCase())
    expect((await provision('--yes')).code).toBe(0)
    expect((await provision('--plan')).code).toBe(0)
  }, 120_000)

  // What doesn't hang on the region is walked once.
  if (region === killedIn) {
    test('changes in place what its description changes, and says before and after', async () => {
      operator.describe({
        region,
        host: { type: 't3.large', count: 1, diskGb: 40 },
        dashboard: { access: 'public' },
      })
      const { out } = await provision('--plan')
      expect(out).toMatch(/t3\.medium.*→.*t3\.large/)
      expect((await provision('--yes')).code).toBe(0)
      expect((await provision('--plan')).code).toBe(0)
    }, 120_000)

    test('grows by a host and shrinks again', async () => {
      operator.describe({ region, host: { type: 't3.large', count: 2, diskGb: 40 } })
      const grown = await provisionJson('--yes')
      expect(grown.json.outputs.hosts).toHaveLength(2)
      operator.describe({ region, host: { type: 't3.large', count: 1, diskGb: 40 } })
      const shrunk = await provisionJson('--yes')
      expect(shrunk.json.outputs.hosts).toHaveLength(1)
      expect((await provision('--plan')).code).toBe(0)
    }, 120_000)

    test('lets one run at a time change it: the other says who, and since when', async () => {
      operator.describe({ region, host: { type: 't3.large', count: 1, diskGb: 50 } })
      let second: Promise<{ code: number | null; err: string }> | undefined
      wire.onAnswer = async call => {
        if (second || call.action !== 'ec2:ModifyVolume') return
        second = operator.run('provision.ts', ['--yes', '--over-budget'])
        await second
      }
      const first = await provision('--yes')
      wire.onAnswer = () => {}
      expect(first.code).toBe(0)
      const other = await second
      expect(other?.code).toBe(1)
      expect(other?.err).toMatch(/provision by .*@.* holds the lock since \d\d:\d\d/)
    }, 120_000)

    test('is paused and resumed, and its description is kept', async () => {
      const paused = await operator.run('pause.ts', ['--yes'])
      expect(paused).toMatchObject({ code: 0, out: expect.stringContaining('Still billed while paused') })
      const planned = await provisionJson('--plan')
      const running = planned.json.plan.steps.filter(({ action }) => action !== 'same')
      const back = { property: 'state', before: 'stopped', after: 'running', kind: 'change' }
      expect(running.map(({ differences }) => differences)).toMatchObject([[back], [back]])
      expect((await operator.run('pause.ts', ['--yes'])).out).toContain('The stack is paused')
      expect((await operator.run('resume.ts', ['--yes'])).code).toBe(0)
      expect((await provision('--plan')).code).toBe(0)
    }, 120_000)
  }

  test('is not removed without its name', async () => {
    const plan = await operator.run('destroy.ts', ['--plan'])
    expect(plan.code).toBe(2)
    const refused = await operator.run('destroy.ts', ['--confirm', 'wiki'])
    expect(refused).toMatchObject({ code: 1, out: expect.stringContaining('Nothing was changed') })
    expect((await provision('--plan')).code).toBe(0)
  }, 60_000)

  test('leaves the lake and a snapshot, and says what they cost', async () => {
    await cloud.s3.send(
      new PutObjectCommand({ Bucket: `wikiflow-${account}-${region}`, Key: 'raw/a', Body: 'a'.repeat(1000) }),
    )
    const { code, out } = await operator.run('destroy.ts', ['--confirm', 'wikiflow'])
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('Left on AWS') })
    expect(out).toMatch(/S3 bucket wikiflow-\S+: \d+ objects/)
    expect(out).toMatch(/database snapshot wikiflow-final-/)
  }, 120_000)

  test('is made again and removed for good, killed after every call, and nothing of it is left', async () => {
    expect(await provision('--yes')).toMatchObject({ code: 0 })
    const forGood = ['--confirm', 'wikiflow', '--purge', '--no-final-snapshot']
    const { kills, last } = await killAfterEachChange('destroy.ts', forGood)
    expect(last).toMatchObject({ code: 0, err: '' })
    if (region === killedIn) expect(kills).toBeGreaterThan(8)
    changesOf(wire.calls)
    const after = await inventory(cloud)
    for (const key of [...after.keys()].filter(key => key.startsWith('snapshot wikiflow-final-')))
      after.delete(key)
    expect(after).toEqual(before)
    if (elsewhere) expect(await inventory(elsewhere.cloud)).toEqual(elsewhere.before)
  }, 600_000)
})

test("every call that the operator's tools made is in the policy that they are told to use", () => {
  expect(seen.size).toBeGreaterThan(30)
  expect([...seen].filter(action => !statementFor(action)).sort()).toEqual([])
})

type PlanOutput = {
  result: string
  plan: { steps: { action: string; differences: unknown[] }[] }
  outputs: { address?: string; endpoint?: string; bucket?: string; hosts: unknown[] }
}
