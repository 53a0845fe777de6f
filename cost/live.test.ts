import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch'
import {
  DescribeAddressesCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2'
import { DescribeDBInstancesCommand, DescribeDBSnapshotsCommand } from '@aws-sdk/client-rds'
import { GetBucketTaggingCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { beforeEach, expect, test } from 'vitest'
import { awsError } from '../ops/lib/cloud/test-mocked.ts'
import { type Bill } from './bill.ts'
import { daily, daysAgo, hourly, now, stackOnAws } from './live/test-stack-on-aws.ts'
import { readLive } from './live.ts'

let aws: ReturnType<typeof stackOnAws>
beforeEach(() => {
  aws = stackOnAws()
})

function lineOf({ lines }: Bill, item: string) {
  const line = lines.find(one => one.item === item)
  if (!line) throw new Error(`no line of ${item} in ${lines.map(one => one.item).join(', ')}`)
  return line
}

const denied = (action: string) =>
  awsError('AccessDenied', `User: arn:aws:iam::123456789012:user/an is not authorized to perform: ${action}`)

test('fifteen days of the stack cost what hours and prices give', async () => {
  const { soFar, aMonth, since, paused } = await readLive(aws.open, now)
  // 360 h of $0.0416 + $0.016 + $0.005, and 360/730 of 30 GB at $0.08 and 20 GB at $0.115.
  expect(soFar.usd).toBeCloseTo(360 * 0.0626 + (360 / 730) * (2.4 + 2.3), 6)
  expect(aMonth.usd).toBeCloseTo(730 * 0.0626 + 4.7, 6)
  expect({ since, paused }).toEqual({ since: daysAgo(15).toISOString(), paused: false })
  expect(lineOf(aMonth, 'ec2:t3.medium')).toMatchObject({
    name: 'EC2 host',
    what: 't3.medium, 730 h',
    quantity: 730,
  })
  expect(lineOf(soFar, 'ec2:t3.medium')).not.toHaveProperty('because')
})

test('hosts of the same type stand in one line, as the plan has them', async () => {
  aws.hosts(aws.host, {
    ...aws.host,
    InstanceId: 'i-2',
    PublicIpAddress: '192.0.2.2',
    Tags: aws.tags('host-2'),
  })
  const { soFar, aMonth } = await readLive(aws.open, now)
  expect(lineOf(aMonth, 'ec2:t3.medium')).toMatchObject({ what: '2 × t3.medium, 730 h', quantity: 1460 })
  // The second host's address is AWS's own.
  expect(lineOf(aMonth, 'ipv4')).toMatchObject({ what: '2 × address, 730 h', quantity: 1460 })
  expect(lineOf(soFar, 'ipv4').quantity).toBe(720)
})

test('a stack paused for ten days bills no hours of them, and its disks and address go on', async () => {
  const Name = 'stopped' as const
  const StateTransitionReason = `User initiated (${daysAgo(10).toISOString().replace('T', ' ').slice(0, 19)} GMT)`
  const { PublicIpAddress, ...host } = aws.host
  aws.hosts({ ...host, State: { Name }, StateTransitionReason })
  // RDS starts a stopped database after seven days: somebody paused it again, three days ago.
  aws.databases({ ...aws.database, DBInstanceStatus: 'stopped', AutomaticRestartTime: daysAgo(-4) })
  aws.metric('CPUUtilization', hourly(daysAgo(15), daysAgo(10), 20))
  const { soFar, aMonth, paused } = await readLive(aws.open, now)
  expect(paused).toBe(true)
  expect(lineOf(soFar, 'ec2:t3.medium')).toMatchObject({ quantity: 120, usd: 120 * 0.0416 })
  expect(lineOf(soFar, 'rds:db.t4g.micro')).toMatchObject({
    quantity: 120,
    because: expect.stringContaining('CloudWatch saw it run'),
  })
  expect(lineOf(soFar, 'ebs:gp3').quantity).toBeCloseTo((30 * 360) / 730, 6)
  expect(lineOf(soFar, 'ipv4').quantity).toBe(360)
  const billing = aMonth.lines.filter(({ usd }) => usd !== 0)
  expect(billing.map(({ item }) => item)).toEqual(['ebs:gp3', 'rds:gp3', 'ipv4'])
  expect(aMonth.usd).toBeCloseTo(2.4 + 2.3 + 3.65, 6)
})

test('without CloudWatch, hours before a host was last started all count, and the line says so', async () => {
  aws.hosts({ ...aws.host, LaunchTime: daysAgo(2) })
  expect(lineOf((await readLive(aws.open, now)).soFar, 'ec2:t3.medium')).toMatchObject({
    quantity: 360,
    because: expect.stringMatching(/^at most: .*at least 48 h, since its last start/),
  })
})

test("a stopped database's hours end where its seven days began, when CloudWatch is silent", async () => {
  aws.databases({ ...aws.database, DBInstanceStatus: 'stopped', AutomaticRestartTime: daysAgo(-4) })
  expect(lineOf((await readLive(aws.open, now)).soFar, 'rds:db.t4g.micro').quantity).toBe(12 * 24)
})

test('a host whose last stop is in no sentence of EC2 counts until now at most', async () => {
  aws.hosts({ ...aws.host, State: { Name: 'stopped' }, StateTransitionReason: '' })
  const { soFar, paused } = await readLive(aws.open, now)
  expect(lineOf(soFar, 'ec2:t3.medium').quantity).toBe(360)
  expect(paused).toBe(false)
})

test('CPU over the baseline is what CloudWatch says was charged, of unlimited hosts and of the database', async () => {
  aws.credits({ 'i-1': 'unlimited' })
  aws.metric('CPUSurplusCreditsCharged', hourly(daysAgo(15), now, 12))
  const { soFar, aMonth } = await readLive(aws.open, now)
  // 12 vCPU-minutes an hour.
  expect(lineOf(soFar, 'ec2:surplus-cpu').quantity).toBeCloseTo(360 * 0.2, 6)
  expect(lineOf(aMonth, 'ec2:surplus-cpu').usd).toBeCloseTo(730 * 0.2 * 0.05, 6)
  expect(lineOf(aMonth, 'rds:surplus-cpu').usd).toBeCloseTo(730 * 0.2 * 0.075, 6)
})

test('a standard host never buys CPU, whatever CloudWatch says', async () => {
  aws.metric('CPUSurplusCreditsCharged', hourly(daysAgo(15), now, 12))
  expect((await readLive(aws.open, now)).soFar.lines.map(({ item }) => item)).not.toContain('ec2:surplus-cpu')
})

test("each calendar month's first 100 GB out are free", async () => {
  const gb = 2 ** 30
  aws.hosts({ ...aws.host, LaunchTime: daysAgo(40), BlockDeviceMappings: [] })
  // 10 GB a day: 18 days of October, 23 of November.
  aws.metric('NetworkOut', daily(daysAgo(40), now, 10 * gb))
  const { soFar, aMonth } = await readLive(aws.open, now)
  expect(lineOf(soFar, 'transfer:out')).toMatchObject({
    quantity: 80 + 130,
    because: expect.stringMatching(/^at most/),
  })
  // Seven points, the last one of half a day, in 6.5 days.
  expect(lineOf(aMonth, 'transfer:out').quantity).toBeCloseTo((70 / 156) * 730 - 100, 6)
})

test('the lake is listed where CloudWatch has nothing of it: each object counts since it was written', async () => {
  const gb = 2 ** 30
  aws.objects(
    { Size: gb, LastModified: daysAgo(10) },
    { Size: gb, LastModified: daysAgo(0.5) },
    { Size: 4 * gb, LastModified: daysAgo(12), StorageClass: 'STANDARD_IA' },
  )
  const { soFar, aMonth } = await readLive(aws.open, now)
  expect(lineOf(soFar, 's3:storage').quantity).toBeCloseTo((10.5 * 24) / 730, 6)
  expect(lineOf(aMonth, 's3:storage').quantity).toBe(2)
  expect(lineOf(aMonth, 's3:infrequent-access').quantity).toBe(4)
  expect(lineOf(soFar, 's3:put').quantity).toBe(0.003)
  // One in the last day.
  expect(lineOf(aMonth, 's3:put').quantity).toBeCloseTo(730 / 24 / 1_000, 6)
})

test("CloudWatch's daily sizes spare the listing", async () => {
  const gb = 2 ** 30
  aws.metric('BucketSizeBytes', daily(daysAgo(15), daysAgo(1), 3 * gb), {
    Name: 'StorageType',
    Value: 'StandardStorage',
  })
  aws.metric('NumberOfObjects', [
    { at: daysAgo(9), value: 100 },
    { at: daysAgo(1), value: 900 },
  ])
  const { soFar, aMonth } = await readLive(aws.open, now)
  expect(aws.s3.commandCalls(ListObjectsV2Command)).toEqual([])
  expect(lineOf(soFar, 's3:storage').quantity).toBeCloseTo((3 * 15.5 * 24) / 730, 6)
  expect(lineOf(soFar, 's3:put').quantity).toBe(0.9)
  expect(lineOf(aMonth, 's3:put').quantity).toBeCloseTo((800 / (8 * 24) / 1_000) * 730, 6)
})

test('a lake that outlived its host says since when there is a stack', async () => {
  aws.metric('BucketSizeBytes', daily(daysAgo(40), now, 1))
  aws.metric('NumberOfObjects', daily(daysAgo(40), now, 1))
  // The first point is of a day at whose end there was something.
  expect((await readLive(aws.open, now)).since).toBe('2026-10-15T00:00:00.000Z')
})

test('listing a vast lake ends, and says that there is more', async () => {
  const Contents = [{ Size: 1_000, LastModified: daysAgo(1) }]
  aws.s3.on(ListObjectsV2Command).resolves({ Contents, IsTruncated: true, NextContinuationToken: 'more' })
  const line = lineOf((await readLive(aws.open, now)).soFar, 's3:storage')
  expect(line.because).toMatch(/^at least: the first 100,000 objects/)
  expect(aws.s3.commandCalls(ListObjectsV2Command).length).toBe(100)
})

test("final snapshots bill past what the database's own storage covers", async () => {
  const named = (name: string) => ({
    DBSnapshotIdentifier: name,
    AllocatedStorage: 20,
    SnapshotCreateTime: daysAgo(15),
  })
  aws.rds.on(DescribeDBSnapshotsCommand).resolves({
    DBSnapshots: [
      named('wikiflow-final-20261001-000000'),
      named('wikiflow-final-20261002-000000'),
      named('theirs'),
    ],
  })
  const { aMonth } = await readLive(aws.open, now)
  expect(lineOf(aMonth, 'rds:backup')).toMatchObject({ quantity: 20, what: '2 final snapshots, 40 GB' })
  aws.databases()
  expect(lineOf((await readLive(aws.open, now)).aMonth, 'rds:backup').quantity).toBe(40)
})

test('a disk that outlived its host still bills', async () => {
  aws.hosts()
  const { aMonth, paused } = await readLive(aws.open, now)
  expect(lineOf(aMonth, 'ebs:gp3').quantity).toBe(30)
  expect(paused).toBe(false)
})

test("somebody else's database of our name is not on our bill", async () => {
  aws.databases({ ...aws.database, TagList: [] })
  expect((await readLive(aws.open, now)).soFar.lines.map(({ item }) => item)).not.toContain(
    'rds:db.t4g.micro',
  )
})

test('a standby in another zone costs everything twice', async () => {
  aws.databases({ ...aws.database, MultiAZ: true })
  const { aMonth } = await readLive(aws.open, now)
  expect(lineOf(aMonth, 'rds:db.t4g.micro').quantity).toBe(1460)
  expect(lineOf(aMonth, 'rds:gp3').quantity).toBe(40)
})

test('a disk of a kind without a price leaves the bill a lower bound', async () => {
  aws.ec2.on(DescribeVolumesCommand).resolves({
    Volumes: [{ VolumeId: 'vol-1', VolumeType: 'io2', Size: 30, CreateTime: daysAgo(15) }],
  })
  const { soFar } = await readLive(aws.open, now)
  expect(soFar.unpriced).toEqual(['ebs:io2'])
  expect(lineOf(soFar, 'ebs:io2')).not.toHaveProperty('usd')
})

test('where nothing runs, nothing has cost anything', async () => {
  aws.hosts()
  aws.databases()
  aws.ec2.on(DescribeVolumesCommand).resolves({ Volumes: [] })
  aws.ec2.on(DescribeAddressesCommand).resolves({ Addresses: [] })
  aws.s3.on(GetBucketTaggingCommand).rejects(awsError('NoSuchBucket', 'no'))
  expect(await readLive(aws.open, now)).toEqual({
    soFar: { lines: [], usd: 0, unpriced: [] },
    aMonth: { lines: [], usd: 0, unpriced: [] },
    since: now.toISOString(),
    paused: false,
  })
})

const readings = [
  ['ec2:DescribeInstances', 'ec2:t3.medium', () => aws.ec2.on(DescribeInstancesCommand)],
  ['ec2:DescribeVolumes', 'ebs:gp3', () => aws.ec2.on(DescribeVolumesCommand)],
  ['ec2:DescribeAddresses', 'ipv4', () => aws.ec2.on(DescribeAddressesCommand)],
  [
    'ec2:DescribeInstanceCreditSpecifications',
    'ec2:surplus-cpu',
    () => aws.ec2.on(DescribeInstanceCreditSpecificationsCommand),
  ],
  ['rds:DescribeDBInstances', 'rds:db.t4g.micro', () => aws.rds.on(DescribeDBInstancesCommand)],
  ['rds:DescribeDBSnapshots', 'rds:backup', () => aws.rds.on(DescribeDBSnapshotsCommand)],
  ['s3:GetBucketTagging', 's3:storage', () => aws.s3.on(GetBucketTaggingCommand)],
  ['s3:ListBucket', 's3:storage', () => aws.s3.on(ListObjectsV2Command)],
  ['cloudwatch:GetMetricStatistics', 'transfer:out', () => aws.cloudwatch.on(GetMetricStatisticsCommand)],
] as const

test.each(readings)('without %s the line of %s says so, and the others go on', async (action, item, on) => {
  const whole = await readLive(aws.open, now)
  on().rejects(denied(action))
  const { soFar, paused } = await readLive(aws.open, now)
  const line = lineOf(soFar, item)
  expect(line).toMatchObject({ what: 'not read', because: expect.stringContaining(`may not ${action}`) })
  expect(line).not.toHaveProperty('usd')
  expect(soFar.unpriced).toContain(item)
  expect(soFar.lines.length).toBeGreaterThanOrEqual(whole.soFar.lines.length - 2)
  expect(paused).toBe(false)
})

test('what is no answer of AWS’s is not taken for a missing permission', async () => {
  aws.ec2.on(DescribeVolumesCommand).rejects(new RangeError('a defect'))
  await expect(readLive(aws.open, now)).rejects.toThrow('a defect')
})

test('a year of hours is asked for in answers that CloudWatch gives', async () => {
  aws.hosts({
    ...aws.host,
    LaunchTime: daysAgo(1),
    BlockDeviceMappings: [{ Ebs: { AttachTime: daysAgo(365) } }],
  })
  aws.metric('CPUUtilization', hourly(daysAgo(365), daysAgo(300), 1))
  expect(lineOf((await readLive(aws.open, now)).soFar, 'ec2:t3.medium').quantity).toBe(65 * 24)
  for (const { args } of aws.cloudwatch.commandCalls(GetMetricStatisticsCommand)) {
    const { StartTime, EndTime, Period = 0 } = args[0].input
    const points = (Number(EndTime) - Number(StartTime)) / 1_000 / Period
    expect(points).toBeLessThanOrEqual(1_440)
  }
})
