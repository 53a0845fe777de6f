import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch'
import {
  DescribeAddressesCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
} from '@aws-sdk/client-ec2'
import { type DBInstance, DescribeDBInstancesCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds'
import { GetBucketTaggingCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { mockClient } from 'aws-sdk-client-mock'
import { tagsOf } from '../../ops/lib/cloud/tags.ts'
import { testStack } from '../../ops/lib/cloud/test-context.ts'
import { mockedContext } from '../../ops/lib/cloud/test-mocked.ts'
import { type Point } from './metrics.ts'

/** The time of these tests: an hour in which the stack is fifteen days old. */
export const now = new Date('2026-11-23T12:00:00Z')

/** So many days before `now`. */
export function daysAgo(days: number): Date {
  return new Date(now.getTime() - days * 86_400_000)
}

/** A stack on an AWS that answers as a test says: set up fifteen days ago, and running since. */
export function stackOnAws() {
  const { context, ec2, rds } = mockedContext('/nowhere')
  const { cloud, id } = context
  const s3 = mockClient(cloud.s3)
  const cloudwatch = mockClient(cloud.cloudwatch)
  const tags = (part: string) => tagsOf(id, { id: part, name: part, want: {} })

  const host: Instance = {
    InstanceId: 'i-1',
    InstanceType: 't3.medium',
    State: { Name: 'running' },
    LaunchTime: daysAgo(15),
    PublicIpAddress: '192.0.2.1',
    BlockDeviceMappings: [{ DeviceName: '/dev/xvda', Ebs: { AttachTime: daysAgo(15), VolumeId: 'vol-1' } }],
    Tags: tags('host-1'),
  }
  const database: DBInstance = {
    DBInstanceIdentifier: 'wikiflow',
    DBInstanceClass: 'db.t4g.micro',
    DBInstanceStatus: 'available',
    AllocatedStorage: 20,
    StorageType: 'gp3',
    InstanceCreateTime: daysAgo(15),
    TagList: tags('database'),
  }
  const aws = {
    open: { stack: testStack, cloud, context },
    ec2,
    rds,
    s3,
    cloudwatch,
    host,
    database,
    tags,
    hosts: (...Instances: Instance[]) =>
      ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances }] }),
    databases: (...DBInstances: DBInstance[]) => rds.on(DescribeDBInstancesCommand).resolves({ DBInstances }),
    /** Credit modes by the host's id. */
    credits: (modes: Record<string, string>) =>
      ec2.on(DescribeInstanceCreditSpecificationsCommand).resolves({
        InstanceCreditSpecifications: Object.entries(modes).map(([InstanceId, CpuCredits]) => ({
          InstanceId,
          CpuCredits,
        })),
      }),
    /** What CloudWatch has of a metric, of any thing; StorageType narrows it. */
    metric: (MetricName: string, points: readonly Point[], dimension?: { Name: string; Value: string }) =>
      cloudwatch
        .on(GetMetricStatisticsCommand, { MetricName })
        .callsFake(({ StartTime, EndTime, Dimensions, Statistics }) => ({
          Datapoints: points
            .filter(({ at }) => at >= StartTime && at < EndTime)
            .filter(
              () =>
                !dimension ||
                Dimensions.some(
                  (one: typeof dimension) => one.Name === dimension.Name && one.Value === dimension.Value,
                ),
            )
            .map(({ at, value }) => ({ Timestamp: at, [Statistics[0]]: value }))
            // CloudWatch's points come in no order.
            .reverse(),
        })),
    objects: (
      ...Contents: { Size: number; LastModified: Date; StorageClass?: 'STANDARD' | 'STANDARD_IA' }[]
    ) => s3.on(ListObjectsV2Command).resolves({ Contents, KeyCount: Contents.length, IsTruncated: false }),
  }
  aws.hosts(host)
  aws.databases(database)
  aws.credits({ 'i-1': 'standard' })
  ec2.on(DescribeVolumesCommand).resolves({
    Volumes: [{ VolumeId: 'vol-1', VolumeType: 'gp3', Size: 30, CreateTime: daysAgo(15) }],
  })
  ec2.on(DescribeAddressesCommand).resolves({ Addresses: [{ PublicIp: '192.0.2.1', AllocationId: 'a-1' }] })
  rds.on(DescribeDBSnapshotsCommand).resolves({ DBSnapshots: [] })
  s3.on(GetBucketTaggingCommand).resolves({ TagSet: tags('bucket') })
  cloudwatch.on(GetMetricStatisticsCommand).resolves({ Datapoints: [] })
  aws.objects()
  return aws
}

/** A point of each hour in a stretch. */
export function hourly(from: Date, to: Date, value: number): Point[] {
  return stretch(from, to, 3_600_000, value)
}

/** A point of each day, from midnight. */
export function daily(from: Date, to: Date, value: number): Point[] {
  return stretch(new Date(from.toISOString().slice(0, 10)), to, 86_400_000, value)
}

function stretch(from: Date, to: Date, stepMs: number, value: number): Point[] {
  const count = Math.ceil((to.getTime() - from.getTime()) / stepMs)
  return Array.from({ length: count }, (_, index) => ({
    at: new Date(from.getTime() + index * stepMs),
    value,
  }))
}
