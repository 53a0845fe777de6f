import {
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, describe, expect, test } from 'vitest'
import { type Cloud } from './cloud.ts'
import { chooseZone, newestImage, readSurroundings } from './surroundings.ts'
import { testStack } from './test-context.ts'

const ec2 = mockClient(EC2Client)
afterEach(() => ec2.reset())

describe('the image of a new host', () => {
  const image = (name: string) => ({ ImageId: `ami-${name}`, Name: name, RootDeviceName: '/dev/xvda' })

  test('is the newest standard Amazon Linux 2023, however AWS orders its list', () => {
    const images = [
      'al2023-ami-2023.9.20250929.0-kernel-6.1-x86_64',
      'al2023-ami-2023.12.20260930.1-kernel-6.1-x86_64',
      'al2023-ami-2023.12.20260930.0-kernel-6.1-x86_64',
      'al2023-ami-minimal-2023.12.20261001.0-kernel-6.1-x86_64',
      'al2023-ami-2023.12.20261001.0-kernel-6.18-x86_64',
      'al2023-ami-ecs-hvm-2023.0.20261001-kernel-6.1-x86_64',
      'al2023-ami-2023.99.99999999.0-kernel-6.1-x86_64 (mine)',
    ].map(image)
    expect(newestImage(images)?.name).toBe('al2023-ami-2023.12.20260930.1-kernel-6.1-x86_64')
  })

  test('is none where the list has none, or names none', () => {
    expect(newestImage([])).toBeUndefined()
    expect(newestImage([{}, { Name: 'al2023-ami-2023.9.20250929.0-kernel-6.1-x86_64' }])).toBeUndefined()
  })
})

describe('the zone of host and database', () => {
  const usable = ['us-east-1a', 'us-east-1b']

  test('is the one asked for, else the one it stands in, else the first', () => {
    expect(chooseZone({ ...testStack, zone: 'us-east-1b' }, 'us-east-1a', usable)).toBe('us-east-1b')
    expect(chooseZone(testStack, 'us-east-1b', usable)).toBe('us-east-1b')
    expect(chooseZone(testStack, undefined, usable)).toBe('us-east-1a')
  })

  test('is never one without the host type or a subnet: the sentence names those that have them', () => {
    expect(() => chooseZone({ ...testStack, zone: 'us-east-1e' }, undefined, usable)).toThrow(
      /zone us-east-1e: t3\.medium or a default subnet is missing there; zones that have it: us-east-1a, us-east-1b/,
    )
    expect(() => chooseZone(testStack, undefined, [])).toThrow('no zone has it')
  })
})

describe('a region that cannot hold the stack is named before anything is made', () => {
  // Only EC2 is asked.
  const cloud = { region: 'us-east-1', ec2: new EC2Client({ region: 'us-east-1' }) } as unknown as Cloud
  const read = () => readSurroundings(cloud, testStack, undefined, 'paid')
  const answer = (vpcs: object[], zones: string[], types: object[]) => {
    ec2.on(DescribeVpcsCommand).resolves({ Vpcs: vpcs })
    ec2.on(DescribeSubnetsCommand).resolves({
      Subnets: zones.map(zone => ({ SubnetId: `subnet-${zone}`, AvailabilityZone: zone })),
    })
    ec2.on(DescribeInstanceTypesCommand).resolves({ InstanceTypes: types })
    ec2.on(DescribeInstanceTypeOfferingsCommand).resolves({
      InstanceTypeOfferings: zones.map(Location => ({ Location })),
    })
    ec2.on(DescribeImagesCommand).resolves({ Images: [] })
  }

  test('no default VPC', async () => {
    answer([], [], [{}])
    await expect(read()).rejects.toThrow('aws ec2 create-default-vpc --region us-east-1')
  })

  test('subnets in one zone alone', async () => {
    answer([{ VpcId: 'vpc-1' }], ['us-east-1a'], [{}])
    await expect(read()).rejects.toThrow('default subnets in 1 zones, and RDS wants two')
  })

  test('no such host type', async () => {
    answer([{ VpcId: 'vpc-1' }], ['us-east-1a', 'us-east-1b'], [])
    await expect(read()).rejects.toThrow("host.type t3.medium isn't an EC2 type of us-east-1")
  })

  test('no image', async () => {
    answer([{ VpcId: 'vpc-1' }], ['us-east-1a', 'us-east-1b'], [{}])
    await expect(read()).rejects.toThrow('us-east-1 lists no Amazon Linux 2023 image for x86_64')
  })
})
