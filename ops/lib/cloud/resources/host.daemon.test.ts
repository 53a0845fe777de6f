import {
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  ModifyInstanceAttributeCommand,
  ModifyInstanceMetadataOptionsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  RunInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import { CreateInstanceProfileCommand } from '@aws-sdk/client-iam'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Context } from '../context.ts'
import { type Part } from '../part.ts'
import { testStack } from '../test-context.ts'
import { partsOnMoto, provision } from '../test-moto.ts'
import { standIn } from '../test-parts.ts'
import { findHosts, hostPart, standingZone } from './host.ts'

const moto = partsOnMoto()
let context: Context
let neighbours: Part[]

beforeAll(async () => {
  context = await moto.open()
  const { cloud, names } = context
  const { GroupId } = await cloud.ec2.send(
    new CreateSecurityGroupCommand({ GroupName: names.hostGroup, Description: 'hosts' }),
  )
  await cloud.ec2.send(new CreateKeyPairCommand({ KeyName: names.keyPair }))
  await cloud.iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: names.instanceProfile }))
  neighbours = [
    standIn('host-group', GroupId ?? ''),
    standIn('key-pair', names.keyPair),
    standIn('instance-profile', names.instanceProfile),
  ]
})

/** Plans and applies; gives the lines that aren't `same`, then what stood against it or failed. */
const run = async (changes: Partial<Context> = {}, replace: string[] = []) => {
  const parts = [...neighbours, hostPart({ ...context, ...changes }, 1)]
  const { lines, obstacles, failures } = await provision(context, parts, { replace })
  return [...lines.filter(line => !line.startsWith('same ')), ...obstacles, ...failures]
}

const withHost = (host: Partial<Context['stack']['host']>) => ({
  stack: { ...testStack, host: { ...testStack.host, ...host } },
})

const instances = async () => {
  const { Reservations } = await context.cloud.ec2.send(new DescribeInstancesCommand())
  return (Reservations ?? []).flatMap(({ Instances }) => Instances ?? [])
}

const theHost = async () => {
  const [host] = (await instances()).filter(({ State }) => State?.Name !== 'terminated')
  if (!host) throw new Error('there is no host')
  return { host, InstanceId: host.InstanceId ?? '' }
}

describe('a host', () => {
  test('is made, then nothing is to do', async () => {
    expect(await standingZone(context.cloud, context.id, context.names)).toBeUndefined()
    expect(await run()).toEqual(['create host-1'])
    const { host } = await theHost()
    expect((await hostPart(context, 1).find())?.outputs).toEqual({
      image: context.around.image.id,
      privateAddress: host.PrivateIpAddress,
      publicAddress: host.PublicIpAddress,
      zone: context.around.zone,
    })
    expect(await run()).toEqual([])
    expect(await findHosts(context.cloud, context.id)).toEqual([1])
    expect(await standingZone(context.cloud, context.id, context.names)).toBe(context.around.zone)
  })

  test('that was changed by hand is repaired, all at once', async () => {
    const { host, InstanceId } = await theHost()
    const { ec2 } = context.cloud
    const other = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'other', Description: 'other' }))
    await ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: false } }),
    )
    await ec2.send(
      new ModifyInstanceMetadataOptionsCommand({
        InstanceId,
        HttpTokens: 'optional',
        HttpPutResponseHopLimit: 1,
      }),
    )
    await ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: host.NetworkInterfaces?.[0]?.NetworkInterfaceId,
        Groups: [other.GroupId ?? ''],
      }),
    )
    await ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }))
    expect(await run()).toEqual([
      'change host-1: metadata (drift), termination protection (drift), security groups (drift), state (drift)',
    ])
    const attribute = await ec2.send(
      new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'disableApiTermination' }),
    )
    expect(attribute.DisableApiTermination?.Value).toBe(true)
    expect(await run()).toEqual([])
  })

  test('gets another type and a larger disk without being made anew, and runs again', async () => {
    const { InstanceId } = await theHost()
    const larger = withHost({ type: 't3.large', diskGb: 40 })
    expect(await run(larger)).toEqual(['change host-1: type (change), disk (change)'])
    const after = await theHost()
    expect(after.InstanceId).toBe(InstanceId)
    expect(after.host).toMatchObject({ InstanceType: 't3.large', State: { Name: 'running' } })
    expect(await run(larger)).toEqual([])
  })

  test('can neither shrink its disk nor change its architecture, and the plan says why', async () => {
    expect(await run(withHost({ diskGb: 20 }))).toContainEqual(
      expect.stringContaining('disks of EC2 only grow, and it has 40 GB'),
    )
    const arm: Partial<Context> = {
      ...withHost({ type: 't4g.medium', diskGb: 40 }),
      around: {
        ...context.around,
        hostType: { ...context.around.hostType, architecture: 'arm64' },
      },
    }
    const why =
      'what is on its disk is for x86_64, and the new type is arm64): put the old value back, or make it anew, which loses the log on its disk, with --replace host-1'
    expect(await run(arm)).toContainEqual(expect.stringContaining(why))
  })

  test('is launched by a newer image only when it is made anew', async () => {
    const larger = withHost({ type: 't3.large', diskGb: 40 })
    const around = { ...context.around, image: { ...context.around.image, id: 'ami-0123456789abcdef0' } }
    expect(await run({ ...larger, around })).toEqual([])
  })

  test('is stopped, stays so, and starts again', async () => {
    const larger = withHost({ type: 't3.large', diskGb: 40 })
    const paused = { ...larger, power: 'stopped' } as const
    expect(await run(paused)).toEqual(['change host-1: state (change)'])
    expect((await theHost()).host.State?.Name).toBe('stopped')
    expect(await run(paused)).toEqual([])
    expect(await run(larger)).toEqual(['change host-1: state (change)'])
  })

  test('is made anew only when that is asked for', async () => {
    const before = await theHost()
    const smaller = withHost({ diskGb: 30 })
    expect(await run(smaller, ['host-1'])).toEqual(['replace host-1: type (change), disk (change)'])
    const after = await theHost()
    expect(after.InstanceId).not.toBe(before.InstanceId)
    expect(await run(smaller)).toEqual([])
  })

  test("stops the run when two instances carry its tags, and isn't mistaken for one of another stack", async () => {
    const { host } = await theHost()
    const { ec2 } = context.cloud
    const twin = await ec2.send(
      new RunInstancesCommand({
        ImageId: context.around.image.id,
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: 'instance', Tags: host.Tags }],
      }),
    )
    const twinId = twin.Instances?.[0]?.InstanceId ?? ''
    await expect(run()).rejects.toThrow(/both carry the tags of host-1/)
    await ec2.send(
      new CreateTagsCommand({
        Resources: [twinId],
        Tags: [{ Key: 'wikiflow:stack', Value: 'other/us-east-1' }],
      }),
    )
    expect(await run()).toEqual([])
  })

  test('is removed although it is protected; an instance of the same name that is not ours stays and is named', async () => {
    expect(await run({ wanted: false })).toEqual(['delete host-1'])
    expect((await instances()).map(({ State }) => State?.Name).sort()).toEqual([
      'running',
      'terminated',
      'terminated',
    ])
    expect(await run({ wanted: false })).toEqual([])
    expect(await run()).toContainEqual(
      expect.stringMatching(/wikiflow-host-1 exists \(i-.*doesn't carry this stack's tags/),
    )
  })
})
