import { createHash } from 'node:crypto'
import { type ResourceType, type RunInstancesCommandInput, type Tag } from '@aws-sdk/client-ec2'
import { UserError } from '../../script.ts'
import { type Context } from '../context.ts'
import { type Facts } from '../part.ts'
import { releaseOf, userData } from './user-data.ts'

type Described = Pick<Context, 'stack' | 'names' | 'around' | 'power'>

/** How a host should be, as the plan shows it. Image and first boot are as they were: a newer one is no drift. */
export function hostFacts({ stack, names, around, power }: Described): Facts {
  return {
    type: stack.host.type,
    disk: diskInWords(stack.host.diskGb, 'gp3'),
    'disk encryption': 'on',
    metadata: metadataInWords(metadataOptions),
    // Only types that burst have credits; in `unlimited` mode, T3's default, a busy month costs twice as much.
    ...(around.hostType.burstable ? { 'CPU credits': 'standard' } : {}),
    'termination protection': 'on',
    'at shutdown': 'stop',
    'instance profile': names.instanceProfile,
    'security groups': [names.hostGroup],
    'key pair': names.keyPair,
    zone: around.zone,
    state: power,
  }
}

/** Properties of a host that stay as they were made, and why. */
export const fixedProperties: Readonly<Record<string, string>> = {
  'disk encryption': 'EC2 encrypts a disk only when it is made',
  'key pair': "EC2 puts the key on a host's disk at its first boot alone",
  zone: 'EC2 moves no host to another zone',
}

/** What a change of a property does besides. */
export const effects: Readonly<Record<string, string>> = {
  type: 'stops the host for some minutes',
  disk: 'the file system takes the new space at the next start of the host',
}

/** Credentials of the role by IMDSv2 alone; two hops, for a container is one further away than the host. */
export const metadataOptions = {
  HttpEndpoint: 'enabled',
  HttpTokens: 'required',
  HttpPutResponseHopLimit: 2,
  InstanceMetadataTags: 'disabled',
} as const

/** Metadata options as one fact; absent ones are EC2's defaults. */
export function metadataInWords(options: {
  HttpEndpoint?: string | undefined
  HttpTokens?: string | undefined
  HttpPutResponseHopLimit?: number | undefined
  InstanceMetadataTags?: string | undefined
}): string {
  if (options.HttpEndpoint === 'disabled') return 'off'
  const version = options.HttpTokens === 'required' ? 'IMDSv2 alone' : 'IMDSv1 too'
  const tags = options.InstanceMetadataTags === 'enabled' ? ', with tags' : ''
  return `${version}, hop limit ${options.HttpPutResponseHopLimit ?? 1}${tags}`
}

/** `30 GB gp3`. */
export function diskInWords(gb: number, type: string): string {
  return `${gb} GB ${type}`
}

/** Why a disk can't have another size; undefined when it can. */
export function whyNotDisk(foundGb: number, wantedGb: number): string | undefined {
  return wantedGb < foundGb ? `disks of EC2 only grow, and it has ${foundGb} GB` : undefined
}

/** Why a host can't become another type; undefined when it can. */
export function whyNotType(foundArchitecture: string, wantedArchitecture: string): string | undefined {
  return foundArchitecture === wantedArchitecture
    ? undefined
    : `what is on its disk is for ${foundArchitecture}, and the new type is ${wantedArchitecture}`
}

/** The call that starts a host, but for its token. */
export type LaunchRequest = Omit<RunInstancesCommandInput, 'ClientToken'>

/** What starts a host: all that it is, in one call. */
export function launchRequest(
  { stack, names, around }: Omit<Described, 'power'>,
  hostGroup: string,
  tags: readonly Required<Tag>[],
): LaunchRequest {
  const tagged: ResourceType[] = ['instance', 'volume', 'network-interface']
  return {
    ImageId: around.image.id,
    InstanceType: stack.host.type as NonNullable<RunInstancesCommandInput['InstanceType']>,
    MinCount: 1,
    MaxCount: 1,
    KeyName: names.keyPair,
    IamInstanceProfile: { Name: names.instanceProfile },
    MetadataOptions: metadataOptions,
    BlockDeviceMappings: [
      {
        DeviceName: around.image.rootDevice,
        Ebs: {
          VolumeSize: stack.host.diskGb,
          VolumeType: 'gp3',
          Encrypted: true,
          DeleteOnTermination: true,
        },
      },
    ],
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: subnetOf(around),
        Groups: [hostGroup],
        AssociatePublicIpAddress: true,
        DeleteOnTermination: true,
      },
    ],
    // EC2 refuses it for types without credits.
    ...(around.hostType.burstable ? { CreditSpecification: { CpuCredits: 'standard' } } : {}),
    DisableApiTermination: true,
    InstanceInitiatedShutdownBehavior: 'stop',
    TagSpecifications: tagged.map(ResourceType => ({ ResourceType, Tags: [...tags] })),
    UserData: Buffer.from(userData({ release: releaseOf(around.image.name) })).toString('base64'),
  }
}

/**
 * The token by which EC2 knows a launch again: the same for the same stack, host and parameters (the tags say which
 * host of which stack), another for each generation. 43 characters; EC2 takes up to 64.
 */
export function launchToken(request: LaunchRequest, generation: number): string {
  return createHash('sha256')
    .update(JSON.stringify([generation, request]))
    .digest('base64url')
}

function subnetOf({ subnets, zone }: Context['around']): string {
  const subnet = subnets.find(one => one.zone === zone)
  if (!subnet)
    throw new UserError(
      `zone ${zone} has no default subnet; zones that have one: ${subnets.map(one => one.zone).join(', ')}`,
    )
  return subnet.id
}
