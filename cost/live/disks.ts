import { type EC2Client, paginateDescribeVolumes, type Volume } from '@aws-sdk/client-ec2'
import { byTag } from '../../ops/lib/cloud/resources/read-host.ts'
import { stackTag, tagKeys } from '../../ops/lib/cloud/tags.ts'
import { type StackId } from '../../ops/lib/stack/names.ts'
import { hoursAMonth } from '../model.ts'
import { type Host } from './hosts.ts'
import { type Metered } from './metered.ts'
import { hourMs } from './metrics.ts'

/** A disk as its bill needs it. */
export type Disk = { id: string; type: string; gb: number; created: Date }

/** Disks with the stack's tag, those of no host too, and those that its hosts have besides. */
export async function findDisks(ec2: EC2Client, id: StackId, hosts: readonly Host[]): Promise<Disk[]> {
  const filters = [byTag(tagKeys.stack, stackTag(id))]
  const attached = { Name: 'attachment.instance-id', Values: hosts.map(host => host.id) }
  const found = [
    ...(await volumes(ec2, filters)),
    ...(hosts.length > 0 ? await volumes(ec2, [attached]) : []),
  ]
  const unique = new Map(found.map(volume => [volume.VolumeId, volume]))
  return [...unique.values()].flatMap(({ VolumeId, VolumeType, Size, CreateTime }) =>
    VolumeId && CreateTime
      ? [{ id: VolumeId, type: VolumeType ?? '?', gb: Size ?? 0, created: CreateTime }]
      : [],
  )
}

/** Disks bill while their hosts stand still too, at the size that they have now. */
export function meterDisks(disks: readonly Disk[], now: Date): Metered[] {
  return disks.map(({ type, gb, created }) => {
    const hours = Math.max(0, now.getTime() - created.getTime()) / hourMs
    return {
      item: `ebs:${type}`,
      name: 'EBS',
      soFar: { quantity: (gb * hours) / hoursAMonth, what: `${type}, ${gb} GB, ${hours.toFixed(0)} h` },
      aMonth: { quantity: gb, what: `${type}, ${gb} GB` },
    }
  })
}

async function volumes(ec2: EC2Client, Filters: ReturnType<typeof byTag>[]): Promise<Volume[]> {
  const found: Volume[] = []
  for await (const { Volumes } of paginateDescribeVolumes({ client: ec2 }, { Filters })) {
    found.push(...(Volumes ?? []))
  }
  return found
}
