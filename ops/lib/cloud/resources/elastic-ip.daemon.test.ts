import {
  AllocateAddressCommand,
  CreateTagsCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { type Context } from '../context.ts'
import { type Part } from '../part.ts'
import { appliedMark, isOurs, tagsOf } from '../tags.ts'
import { partsOnMoto, provision } from '../test-moto.ts'
import { addressPart, addressRequest } from './elastic-ip.ts'

const { open } = partsOnMoto()
const settled = { lines: ['same host-1', 'same address'], obstacles: [], failures: [] }

/** A host as far as the address knows it: an instance with its tags. */
function host({ id, names, cloud: { ec2 }, around }: Context): Part & { instance(): string } {
  let instance = ''
  const part: Part = {
    id: 'host-1',
    title: 'host',
    name: names.host(1),
    needs: [],
    wanted: true,
    want: {},
    fixed: {},
    usage: [],
    find: async () =>
      instance ? { id: instance, ours: true, applied: appliedMark({}), facts: {} } : undefined,
    create: async ({ tags }) => {
      const request = { ImageId: around.image.id, MinCount: 1, MaxCount: 1 }
      const TagSpecifications = [{ ResourceType: 'instance' as const, Tags: [...tags] }]
      const made = await ec2.send(new RunInstancesCommand({ ...request, TagSpecifications }))
      instance = made.Instances?.[0]?.InstanceId ?? ''
    },
    change: async () => {},
    tag: async () => {},
    remove: async () => {
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] }))
      instance = ''
    },
  }
  expect(isOurs(id, 'host-1', tagsOf(id, part))).toBe(true)
  return { ...part, instance: () => instance }
}

async function addresses({ id, cloud: { ec2 } }: Context) {
  const { Addresses } = await ec2.send(new DescribeAddressesCommand())
  return (Addresses ?? []).filter(({ Tags }) =>
    isOurs(
      id,
      'address',
      Tags?.map(({ Key = '', Value = '' }) => ({ Key, Value })),
    ),
  )
}

test('an address is taken, attached to the first host, and stays when the host is made anew', async () => {
  const context = await open({ name: 'made' })
  const hosts = host(context)
  const parts = [hosts, addressPart(context)]
  expect(await provision(context, parts)).toEqual({
    lines: ['create host-1', 'create address'],
    obstacles: [],
    failures: [],
  })
  const before = await addresses(context)
  expect(before).toMatchObject([{ InstanceId: hosts.instance() }])
  expect(await provision(context, parts)).toEqual(settled)

  const refs = () => {
    throw new Error('nothing is needed')
  }
  await hosts.remove({ id: '', ours: true, facts: {} }, { refs, tags: [], say: () => {} })
  expect((await provision(context, parts)).failures).toEqual([])
  const [after] = await addresses(context)
  expect(after).toMatchObject({ InstanceId: hosts.instance(), PublicIp: before[0]?.PublicIp })
})

test('an address that was taken off the host, and one too many, are put right', async () => {
  const context = await open({ name: 'detached' })
  const { ec2 } = context.cloud
  const hosts = host(context)
  const parts = [hosts, addressPart(context)]
  await provision(context, parts)
  const [mine] = await addresses(context)
  await ec2.send(new AllocateAddressCommand(addressRequest(tagsOf(context.id, addressPart(context)))))
  await ec2.send(new DisassociateAddressCommand({ AssociationId: mine?.AssociationId }))
  expect(await provision(context, parts)).toEqual({
    lines: ['same host-1', 'change address: attached to (drift), spare (drift)'],
    obstacles: [],
    failures: [],
  })
  expect(await addresses(context)).toMatchObject([{ InstanceId: hosts.instance() }])
  expect(await provision(context, parts)).toEqual(settled)
})

test("addresses that aren't ours are neither used nor released", async () => {
  const context = await open({ name: 'removed' })
  const { ec2 } = context.cloud
  const theirs = await ec2.send(new AllocateAddressCommand({ Domain: 'vpc' }))
  await ec2.send(
    new CreateTagsCommand({
      Resources: [theirs.AllocationId ?? ''],
      Tags: [{ Key: 'Name', Value: context.names.address }],
    }),
  )
  await provision(context, [host(context), addressPart(context)])
  const gone = addressPart({ ...context, wanted: false })
  expect(await provision(context, [gone])).toEqual({
    lines: ['delete address'],
    obstacles: [],
    failures: [],
  })
  expect(await addresses(context)).toEqual([])
  const left = (await ec2.send(new DescribeAddressesCommand())).Addresses
  expect(left?.map(({ AllocationId }) => AllocationId)).toContain(theirs.AllocationId)
  expect((await provision(context, [gone])).lines).toEqual([])
})
