import {
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { tagsOf } from '../tags.ts'
import { mockedContext } from '../test-mocked.ts'
import { addressPart, addressRequest } from './elastic-ip.ts'

const { context, ec2 } = mockedContext('/nowhere')
const part = addressPart(context)
const tags = tagsOf(context.id, part)
const hostTags = tagsOf(context.id, { id: 'host-1', name: 'wikiflow-host-1', want: {} })

function onAws(state: string): void {
  ec2.reset()
  ec2.on(DescribeAddressesCommand).resolves({
    Addresses: [
      { AllocationId: 'eipalloc-2', PublicIp: '192.0.2.2', Tags: tags },
      {
        AllocationId: 'eipalloc-9',
        AssociationId: 'eipassoc-1',
        InstanceId: 'i-1',
        PublicIp: '192.0.2.1',
        Tags: tags,
      },
    ],
  })
  const Instances = [{ InstanceId: 'i-1', State: { Name: state as 'running' }, Tags: hostTags }]
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] })
}

test('an address is tagged by the call that takes it', () => {
  expect(addressRequest(tags)).toEqual({
    Domain: 'vpc',
    TagSpecifications: [{ ResourceType: 'elastic-ip', Tags: tags }],
  })
})

test("the address in use is the stack's, and one that bills beside it is told", async () => {
  onAws('stopped')
  expect(await part.find()).toMatchObject({
    id: 'eipalloc-9',
    ours: true,
    facts: { 'attached to': 'wikiflow-host-1', spare: 1 },
    outputs: { address: '192.0.2.1' },
  })
})

test.each(['shutting-down', 'terminated'])('an address on a host that is %s is not attached', async state => {
  onAws(state)
  expect((await part.find())?.facts['attached to']).toBe('i-1')
})

test('an address moves to the host that is there now', async () => {
  onAws('terminated')
  const found = await part.find()
  if (!found) throw new Error('the address is missing')
  let asked: unknown
  ec2.on(AssociateAddressCommand).callsFake(input => {
    asked = input
    onAws('running')
  })
  await part.change(
    found,
    [{ property: 'attached to', before: 'i-1', after: 'wikiflow-host-1', kind: 'drift' }],
    { refs: () => ({ id: 'i-2', ours: true, facts: {} }), tags, say: () => {} },
  )
  expect(asked).toEqual({ AllocationId: 'eipalloc-9', InstanceId: 'i-2', AllowReassociation: true })
})
