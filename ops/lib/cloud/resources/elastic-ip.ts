import {
  type Address,
  AllocateAddressCommand,
  type AllocateAddressCommandInput,
  AssociateAddressCommand,
  CreateTagsCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DisassociateAddressCommand,
  type EC2Client,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2'
import { addressUsage } from '../../../../cost/model.ts'
import { type Context } from '../context.ts'
import { missing } from '../missing.ts'
import { type Part, type Tag } from '../part.ts'
import { type AwsTags, isOurs, stackTag, tagKeys, tagValue } from '../tags.ts'
import { untilShown } from '../until-shown.ts'

/** The address under which the first host, and the dashboard on it, is reached; it outlives the host. */
export function addressPart({ id, names, cloud: { ec2 }, wanted }: Context): Part {
  const host = names.host(1)
  const read = () => addressesOf(ec2, stackTag(id))
  return untilShown({
    id: 'address',
    title: 'elastic IP',
    name: names.address,
    needs: ['host-1'],
    wanted,
    want: { 'attached to': host, spare: 0 },
    fixed: {},
    holds: 'the address, which others may have been told',
    usage: addressUsage(1),
    find: async () => {
      const [address, ...spare] = await read()
      if (!address) return undefined
      const instance = address.InstanceId ? await instanceTags(ec2, address.InstanceId) : undefined
      return {
        id: address.AllocationId ?? '?',
        ours: isOurs(id, 'address', address.Tags),
        applied: tagValue(address.Tags, tagKeys.applied),
        facts: {
          'attached to': isOurs(id, 'host-1', instance)
            ? host
            : address.InstanceId || address.NetworkInterfaceId || 'nothing',
          spare: spare.length,
        },
        outputs: { address: address.PublicIp ?? '?' },
      }
    },
    create: async ({ tags }) => {
      await ec2.send(new AllocateAddressCommand(addressRequest(tags)))
    },
    change: async (found, differences, { refs }) => {
      for (const { property } of differences) {
        if (property === 'attached to') {
          const AllocationId = found.id
          await ec2.send(
            new AssociateAddressCommand({
              AllocationId,
              InstanceId: refs('host-1').id,
              AllowReassociation: true,
            }),
          )
        }
        if (property === 'spare') {
          for (const address of await read()) {
            if (address.AllocationId !== found.id) await release(ec2, address)
          }
        }
      }
    },
    tag: async (found, tags) => {
      await ec2.send(new CreateTagsCommand({ Resources: [found.id], Tags: [...tags] }))
    },
    remove: async () => {
      for (const address of await read()) await release(ec2, address)
    },
  })
}

/** What takes an address from Amazon's. */
export function addressRequest(tags: readonly Tag[]): AllocateAddressCommandInput {
  return { Domain: 'vpc', TagSpecifications: [{ ResourceType: 'elastic-ip', Tags: [...tags] }] }
}

/**
 * The stack's addresses, the one in use first. More than one is what is left when AWS's answer to an allocation was
 * lost and the call repeated; each bills by the hour.
 */
async function addressesOf(ec2: EC2Client, stack: string): Promise<Address[]> {
  const { Addresses } = await ec2.send(
    new DescribeAddressesCommand({
      Filters: [
        { Name: `tag:${tagKeys.stack}`, Values: [stack] },
        { Name: `tag:${tagKeys.part}`, Values: ['address'] },
      ],
    }),
  )
  const rank = ({ AssociationId, AllocationId }: Address) => `${AssociationId ? 0 : 1}${AllocationId}`
  return (Addresses ?? []).toSorted((a, b) => rank(a).localeCompare(rank(b)))
}

/** Tags of an instance; none of one that is going away, which EC2 still lists for an hour. */
async function instanceTags(ec2: EC2Client, id: string): Promise<AwsTags> {
  const found = await missing(ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })))
  const instance = found?.Reservations?.[0]?.Instances?.[0]
  const gone = /^(terminated|shutting-down)$/.test(instance?.State?.Name ?? '')
  return gone ? undefined : instance?.Tags
}

async function release(ec2: EC2Client, { AssociationId, AllocationId }: Address): Promise<void> {
  if (AssociationId) await missing(ec2.send(new DisassociateAddressCommand({ AssociationId })))
  await missing(ec2.send(new ReleaseAddressCommand({ AllocationId })))
}
