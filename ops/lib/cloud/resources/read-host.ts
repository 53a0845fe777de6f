import {
  DescribeIamInstanceProfileAssociationsCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type Filter,
  type Instance,
  paginateDescribeInstances,
} from '@aws-sdk/client-ec2'
import { type Fact } from '../part.ts'
import { diskInWords, metadataInWords } from './host-request.ts'

/** A host as EC2 shows it, from several calls. */
export type HostView = {
  instance: Instance
  instanceId: string
  /** Its root disk. */
  volume: { id: string; gb: number } | undefined
  /** Its first network interface. */
  interfaceId: string | undefined
  facts: Record<string, Fact | undefined>
}

/** States of instances that still are, or will be. */
const alive = ['pending', 'running', 'stopping', 'stopped']

/** Instances that a filter selects, without those that are gone or going. */
export async function findInstances(ec2: EC2Client, filters: readonly Filter[]): Promise<Instance[]> {
  const living = { Name: 'instance-state-name', Values: alive }
  const found: Instance[] = []
  for await (const { Reservations } of paginateDescribeInstances(
    { client: ec2 },
    { Filters: [...filters, living] },
  )) {
    found.push(...(Reservations ?? []).flatMap(({ Instances }) => Instances ?? []))
  }
  return found
}

/** The filter for a tag's value. */
export function byTag(key: string, value: string): Filter {
  return { Name: `tag:${key}`, Values: [value] }
}

/** Reads what one call doesn't tell of an instance. */
export async function readHost(ec2: EC2Client, instance: Instance): Promise<HostView> {
  const id = instance.InstanceId ?? ''
  const attribute = (Attribute: 'disableApiTermination' | 'instanceInitiatedShutdownBehavior') =>
    ec2.send(new DescribeInstanceAttributeCommand({ InstanceId: id, Attribute }))
  const [volume, termination, shutdown, credits] = await Promise.all([
    readRootVolume(ec2, instance),
    attribute('disableApiTermination'),
    attribute('instanceInitiatedShutdownBehavior'),
    readCredits(ec2, instance),
  ])
  const [network] = instance.NetworkInterfaces ?? []
  return {
    instance,
    instanceId: id,
    volume: volume && { id: volume.VolumeId ?? '', gb: volume.Size ?? 0 },
    interfaceId: network?.NetworkInterfaceId,
    facts: {
      type: instance.InstanceType,
      // The disk of an instance that is just being made isn't listed yet.
      disk: volume && diskInWords(volume.Size ?? 0, volume.VolumeType ?? ''),
      'disk encryption': volume && (volume.Encrypted ? 'on' : 'off'),
      metadata: metadataInWords(instance.MetadataOptions ?? {}),
      'CPU credits': credits,
      'termination protection': termination.DisableApiTermination?.Value ? 'on' : 'off',
      'at shutdown': shutdown.InstanceInitiatedShutdownBehavior?.Value,
      'instance profile': instance.IamInstanceProfile?.Arn?.split('/').at(-1) ?? 'none',
      'security groups': network && (network.Groups ?? []).flatMap(({ GroupName }) => GroupName ?? []),
      'key pair': instance.KeyName ?? 'none',
      zone: instance.Placement?.AvailabilityZone,
      state: instance.State?.Name,
    },
  }
}

/** The association by which an instance has its profile; undefined when it has none. */
export async function readProfileAssociation(ec2: EC2Client, id: string): Promise<string | undefined> {
  const { IamInstanceProfileAssociations } = await ec2.send(
    new DescribeIamInstanceProfileAssociationsCommand({
      Filters: [
        { Name: 'instance-id', Values: [id] },
        { Name: 'state', Values: ['associating', 'associated'] },
      ],
    }),
  )
  return IamInstanceProfileAssociations?.[0]?.AssociationId
}

async function readRootVolume(ec2: EC2Client, { InstanceId, RootDeviceName }: Instance) {
  const { Volumes } = await ec2.send(
    new DescribeVolumesCommand({
      Filters: [
        { Name: 'attachment.instance-id', Values: [InstanceId ?? ''] },
        { Name: 'attachment.device', Values: [RootDeviceName ?? ''] },
      ],
    }),
  )
  return Volumes?.[0]
}

/** `none` for a type that doesn't burst: EC2 refuses the question for it. */
async function readCredits(
  ec2: EC2Client,
  { InstanceId, InstanceType }: Instance,
): Promise<string | undefined> {
  if (!InstanceType?.match(/^t\d/)) return 'none'
  const { InstanceCreditSpecifications } = await ec2.send(
    new DescribeInstanceCreditSpecificationsCommand({ InstanceIds: [InstanceId ?? ''] }),
  )
  return InstanceCreditSpecifications?.[0]?.CpuCredits
}
