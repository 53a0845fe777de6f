import {
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  type Image,
} from '@aws-sdk/client-ec2'
import { UserError } from '../script.ts'
import { type Stack } from '../stack/schema.ts'
import { type Cloud } from './cloud.ts'

/** What the region offers a stack, read before planning. */
export type Surroundings = {
  /** The default VPC. */
  vpc: string
  /** Its default subnets, one a zone, by zone. */
  subnets: readonly { id: string; zone: string }[]
  /** Zone of host and database: traffic between zones costs. */
  zone: string
  /** Newest Amazon Linux 2023 for the host type's architecture. */
  image: { id: string; name: string; rootDevice: string }
  hostType: HostType
  /** Undefined when the account doesn't say: an older account, or a missing permission. */
  plan: 'free' | 'paid' | undefined
}

/** What an EC2 instance type is. */
type HostType = {
  architecture: 'x86_64' | 'arm64'
  memoryMib: number
  vcpus: number
  /** Has CPU credits: bursts over a baseline. */
  burstable: boolean
  freeTierEligible: boolean
}

/**
 * Reads what the region offers.
 * @param zone where the stack already stands, if it does: it stays there.
 * @throws UserError when there is no default VPC, or no zone has the host type.
 */
export async function readSurroundings(
  cloud: Cloud,
  stack: Stack,
  zone: string | undefined,
  plan: Surroundings['plan'],
): Promise<Surroundings> {
  const [network, hostType, zones] = await Promise.all([
    readNetwork(cloud),
    readHostType(cloud, stack.host.type),
    readZones(cloud, stack.host.type),
  ])
  const usable = network.subnets.map(subnet => subnet.zone).filter(name => zones.has(name))
  return {
    ...network,
    zone: chooseZone(stack, zone, usable),
    hostType,
    image: await readImage(cloud, hostType.architecture),
    plan,
  }
}

/** The zone asked for, else the one it stands in, else the first. */
export function chooseZone(stack: Stack, current: string | undefined, usable: readonly string[]): string {
  const zone = stack.zone ?? current ?? usable[0]
  if (zone && usable.includes(zone)) return zone
  const available = usable.length > 0 ? `zones that have it: ${usable.join(', ')}` : 'no zone has it'
  throw new UserError(
    `zone ${zone ?? 'of the stack'}: ${stack.host.type} or a default subnet is missing there; ${available}. Set zone or host.type in wikiflow.config.ts`,
  )
}

async function readNetwork({ ec2, region }: Cloud): Promise<Pick<Surroundings, 'vpc' | 'subnets'>> {
  const { Vpcs } = await ec2.send(
    new DescribeVpcsCommand({ Filters: [{ Name: 'is-default', Values: ['true'] }] }),
  )
  const vpc = Vpcs?.[0]?.VpcId
  if (!vpc) {
    throw new UserError(
      `${region} has no default VPC in this account: make one with \`aws ec2 create-default-vpc --region ${region}\` (it costs nothing), or choose another region`,
    )
  }
  const { Subnets } = await ec2.send(
    new DescribeSubnetsCommand({
      Filters: [
        { Name: 'vpc-id', Values: [vpc] },
        { Name: 'default-for-az', Values: ['true'] },
      ],
    }),
  )
  const subnets = (Subnets ?? [])
    .map(({ SubnetId: id, AvailabilityZone: zone }) => (id && zone ? { id, zone } : undefined))
    .filter(subnet => subnet !== undefined)
    .sort((a, b) => a.zone.localeCompare(b.zone))
  if (subnets.length < 2) {
    throw new UserError(
      `the default VPC ${vpc} in ${region} has default subnets in ${subnets.length} zones, and RDS wants two: make one with \`aws ec2 create-default-subnet\``,
    )
  }
  return { vpc, subnets }
}

async function readHostType({ ec2, region }: Cloud, type: string): Promise<HostType> {
  const { InstanceTypes } = await ec2.send(
    new DescribeInstanceTypesCommand({ Filters: [{ Name: 'instance-type', Values: [type] }] }),
  )
  const info = InstanceTypes?.[0]
  if (!info) {
    throw new UserError(`host.type ${type} isn't an EC2 type of ${region}: t3.medium and t4g.medium are`)
  }
  return {
    architecture: info.ProcessorInfo?.SupportedArchitectures?.includes('arm64') ? 'arm64' : 'x86_64',
    memoryMib: info.MemoryInfo?.SizeInMiB ?? 0,
    vcpus: info.VCpuInfo?.DefaultVCpus ?? 0,
    burstable: info.BurstablePerformanceSupported ?? /^t\d/.test(type),
    freeTierEligible: info.FreeTierEligible ?? false,
  }
}

async function readZones({ ec2 }: Cloud, type: string): Promise<Set<string>> {
  const { InstanceTypeOfferings } = await ec2.send(
    new DescribeInstanceTypeOfferingsCommand({
      LocationType: 'availability-zone',
      Filters: [{ Name: 'instance-type', Values: [type] }],
    }),
  )
  return new Set((InstanceTypeOfferings ?? []).flatMap(({ Location }) => Location ?? []))
}

async function readImage({ ec2, region }: Cloud, architecture: string): Promise<Surroundings['image']> {
  const { Images } = await ec2.send(
    new DescribeImagesCommand({
      Owners: ['amazon'],
      Filters: [
        { Name: 'name', Values: ['al2023-ami-2023.*'] },
        { Name: 'architecture', Values: [architecture] },
        { Name: 'state', Values: ['available'] },
      ],
    }),
  )
  const image = newestImage(Images ?? [])
  if (!image) throw new UserError(`${region} lists no Amazon Linux 2023 image for ${architecture}`)
  return image
}

/** The newest Amazon Linux 2023 by the version in its name, on the kernel that each of its releases has. */
export function newestImage(images: readonly Image[]): Surroundings['image'] | undefined {
  const standard = /^al2023-ami-2023\.(\d+)\.(\d{8})\.(\d+)-kernel-6\.1-(x86_64|arm64)$/
  const age = (name: string) =>
    (standard.exec(name)?.slice(1, 4) ?? []).map(part => part.padStart(8, '0')).join('.')
  return images
    .map(({ ImageId: id, Name: name, RootDeviceName: rootDevice }) =>
      id && name && rootDevice && standard.test(name) ? { id, name, rootDevice } : undefined,
    )
    .filter(image => image !== undefined)
    .sort((a, b) => age(b.name).localeCompare(age(a.name)))[0]
}
