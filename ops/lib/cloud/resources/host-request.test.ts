import { expect, test } from 'vitest'
import { mockedContext } from '../test-mocked.ts'
import {
  hostFacts,
  launchRequest,
  launchToken,
  metadataInWords,
  whyNotDisk,
  whyNotType,
} from './host-request.ts'

const { context } = mockedContext('/nowhere')
const tags = [{ Key: 'Name', Value: 'wikiflow-host-1' }]

test('a host is launched by one call that leaves nothing to be set afterwards', () => {
  const { UserData, ...request } = launchRequest(context, 'sg-1', tags)
  expect(request).toEqual({
    ImageId: 'ami-1',
    InstanceType: 't3.medium',
    MinCount: 1,
    MaxCount: 1,
    KeyName: 'wikiflow',
    IamInstanceProfile: { Name: 'wikiflow-us-east-1-host' },
    MetadataOptions: {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 2,
      InstanceMetadataTags: 'disabled',
    },
    BlockDeviceMappings: [
      {
        DeviceName: '/dev/xvda',
        Ebs: { VolumeSize: 30, VolumeType: 'gp3', Encrypted: true, DeleteOnTermination: true },
      },
    ],
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: 'subnet-b',
        Groups: ['sg-1'],
        AssociatePublicIpAddress: true,
        DeleteOnTermination: true,
      },
    ],
    CreditSpecification: { CpuCredits: 'standard' },
    DisableApiTermination: true,
    InstanceInitiatedShutdownBehavior: 'stop',
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tags },
      { ResourceType: 'volume', Tags: tags },
      { ResourceType: 'network-interface', Tags: tags },
    ],
  })
  expect(Buffer.from(UserData ?? '', 'base64').toString()).toMatch(/^#!\/bin\/bash\n/)
})

test("a type that doesn't burst is launched without CPU credits, which EC2 would refuse", () => {
  const hostType = { ...context.around.hostType, burstable: false }
  const flex = { ...context, around: { ...context.around, hostType } }
  expect(launchRequest(flex, 'sg-1', tags)).not.toHaveProperty('CreditSpecification')
  expect(hostFacts(flex)).not.toHaveProperty('CPU credits')
})

test('a zone without a default subnet is named with those that have one', () => {
  const nowhere = { ...context, around: { ...context.around, zone: 'us-east-1f' } }
  expect(() => launchRequest(nowhere, 'sg-1', tags)).toThrow(
    'zone us-east-1f has no default subnet; zones that have one: us-east-1a, us-east-1b',
  )
})

test('a launch has the same token again, and another for whatever differs', () => {
  const request = launchRequest(context, 'sg-1', tags)
  const token = launchToken(request, 0)
  expect(token).toMatch(/^[\w-]{43}$/)
  expect(launchToken(launchRequest(context, 'sg-1', tags), 0)).toBe(token)
  const others = [
    launchToken(request, 1),
    launchToken(launchRequest(context, 'sg-2', tags), 0),
    launchToken(launchRequest(context, 'sg-1', [{ Key: 'Name', Value: 'wikiflow-host-2' }]), 0),
    launchToken({ ...request, UserData: '' }, 0),
  ]
  expect(new Set([token, ...others]).size).toBe(5)
})

test.each([
  [{}, 'IMDSv1 too, hop limit 1'],
  [{ HttpTokens: 'required', HttpPutResponseHopLimit: 2 }, 'IMDSv2 alone, hop limit 2'],
  [{ HttpTokens: 'required', InstanceMetadataTags: 'enabled' }, 'IMDSv2 alone, hop limit 1, with tags'],
  [{ HttpTokens: 'required', HttpEndpoint: 'disabled' }, 'off'],
])('metadata options %o are %s', (options, words) => {
  expect(metadataInWords(options)).toBe(words)
})

test('a disk grows but never shrinks, and a type keeps its architecture', () => {
  expect(whyNotDisk(30, 31)).toBeUndefined()
  expect(whyNotDisk(30, 29)).toBe('disks of EC2 only grow, and it has 30 GB')
  expect(whyNotType('arm64', 'arm64')).toBeUndefined()
  expect(whyNotType('x86_64', 'arm64')).toMatch(/for x86_64, and the new type is arm64/)
})
