import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  EC2Client,
} from '@aws-sdk/client-ec2'
import { GetServiceQuotaCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, expect, test } from 'vitest'
import { type Cloud } from '../cloud/cloud.ts'
import { type Credit } from '../cloud/credit.ts'
import { type Surroundings } from '../cloud/surroundings.ts'
import { testStack } from '../cloud/test-context.ts'
import { describeCredit } from './account-plan.ts'
import { addressQuotaCheck } from './address-quota.ts'
import { type Outcome } from './check.ts'
import { credentialsCheck, describeCaller } from './credentials.ts'
import { freePlanCheck } from './free-plan.ts'
import { describePrice } from './prices.ts'
import { isStandard, vcpuQuotaCheck, vcpusOf } from './vcpu-quota.ts'

const ec2 = mockClient(EC2Client)
const sts = mockClient(STSClient)
const quotas = mockClient(ServiceQuotasClient)
afterEach(() => {
  ec2.reset()
  sts.reset()
  quotas.reset()
})

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }
const cloud = {
  region: 'us-east-1',
  account: '111122223333',
  caller: 'arn:aws:iam::111122223333:user/an',
  ec2: new EC2Client({ region: 'us-east-1', credentials }),
  sts: new STSClient({ region: 'us-east-1', credentials }),
} as Cloud
const credit: Credit = { plan: 'free', remainingUsd: 100, source: 'account' }
const hostType = {
  architecture: 'x86_64',
  memoryMib: 4_096,
  vcpus: 2,
  burstable: true,
  freeTierEligible: false,
} as const
const context = (changes: { stack?: object; credit?: object; freeTierEligible?: boolean } = {}) => ({
  stack: async () => ({ ...testStack, ...changes.stack }),
  cloud: async () => cloud,
  credit: async () => ({ ...credit, ...changes.credit }),
  around: async () =>
    ({ hostType: { ...hostType, freeTierEligible: changes.freeTierEligible ?? false } }) as Surroundings,
})
const quiet = () => {}
const named = (name: string, message = name) => Object.assign(new Error(message), { name })
const tags = (stack: string) => [{ Key: 'wikiflow:stack', Value: stack }]

test('on the Free plan a t3.medium is refused, with what can be launched and its price', async () => {
  ec2
    .on(DescribeInstanceTypesCommand, { NextToken: undefined })
    .resolves({
      InstanceTypes: [
        { InstanceType: 'm7i-flex.large', MemoryInfo: { SizeInMiB: 8_192 } },
        { InstanceType: 't3.small', MemoryInfo: { SizeInMiB: 2_048 } },
      ],
      NextToken: 'more',
    })
    .on(DescribeInstanceTypesCommand, { NextToken: 'more' })
    .resolves({
      InstanceTypes: [
        { InstanceType: 'c9g.large', MemoryInfo: { SizeInMiB: 8_192 } },
        { InstanceType: 'c7i-flex.large', MemoryInfo: { SizeInMiB: 4_096 } },
      ],
    })
  expect(await freePlanCheck.run(context(), quiet)).toEqual({
    state: 'failed',
    found: "host.type t3.medium can't be launched on the Free plan",
    fix: 'set host.type to c7i-flex.large ($61.90 a month) or m7i-flex.large ($69.90 a month) or c9g.large, or go over to the Paid plan, which keeps the credit (console: Billing and Cost Management)',
  })
  expect(ec2.commandCalls(DescribeInstanceTypesCommand)[0]?.args[0].input).toMatchObject({
    Filters: [{ Name: 'free-tier-eligible', Values: ['true'] }],
  })
})

test('the Paid plan and older accounts have no such limits; an unknown plan is a warning', async () => {
  const check = async (credit: object, freeTierEligible = false) =>
    (await freePlanCheck.run(context({ credit, freeTierEligible }), quiet)).state
  expect(await check({ plan: 'paid' })).toBe('ok')
  expect(await check({ plan: undefined, reason: 'older account' })).toBe('ok')
  expect(await check({ plan: undefined, reason: 'unreachable' })).toBe('warning')
  expect(await check({ plan: undefined, reason: 'unreachable' }, true)).toBe('ok')
})

test('on the Free plan backups are kept for a day, whatever the description says', async () => {
  const week = await freePlanCheck.run(context({ freeTierEligible: true }), quiet)
  expect(week).toMatchObject({ state: 'warning', found: expect.stringContaining('for 1 day, not for 7') })
  const database = { ...testStack.database, backupDays: 1 }
  const day = await freePlanCheck.run(context({ freeTierEligible: true, stack: { database } }), quiet)
  expect(day.state).toBe('ok')
})

test("a quota that others use up is a failure that says how to ask for more; this stack's own hosts don't count twice", async () => {
  const cpu = { CpuOptions: { CoreCount: 2, ThreadsPerCore: 2 } }
  ec2.on(DescribeInstancesCommand).resolves({
    Reservations: [
      {
        Instances: [
          { InstanceType: 'm5.xlarge', ...cpu },
          { InstanceType: 'g5.xlarge', ...cpu },
        ],
      },
      { Instances: [{ InstanceType: 't3.medium', ...cpu, Tags: tags('wikiflow/us-east-1') }] },
    ],
  })
  quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 5 } })
  const outcome = await vcpuQuotaCheck.run(context(), quiet)
  expect(outcome).toEqual({
    state: 'failed',
    found: '2 vCPUs for this stack, 4 in use by others; 5 are allowed',
    fix: expect.stringContaining('--quota-code L-1216C47A --desired-value 6 --region us-east-1'),
  })
  quotas.on(GetServiceQuotaCommand).resolves({ Quota: { Value: 6 } })
  expect((await vcpuQuotaCheck.run(context(), quiet)).state).toBe('ok')
})

test('quotas that may not be read, or are not there, are warnings; a broken call is not', async () => {
  ec2.on(DescribeAddressesCommand).resolves({ Addresses: [{ Tags: tags('other/us-east-1') }] })
  const check = () => addressQuotaCheck.run(context(), quiet)
  for (const name of ['AccessDeniedException', 'NoSuchResourceException']) {
    quotas.on(GetServiceQuotaCommand).rejects(named(name))
    const { state, found, fix } = await check()
    expect(state).toBe('warning')
    expect(found).toMatch(/^1 elastic IP for this stack, 1 in use by others; the quota can't be read: /)
    expect(fix).toContain('L-0263D0A3')
  }
  quotas.on(GetServiceQuotaCommand).resolves({})
  expect((await check()).state).toBe('warning')
  quotas.on(GetServiceQuotaCommand).rejects(named('InternalServerException'))
  await expect(check()).rejects.toThrow('InternalServerException')
})

test('only standard families on demand take of the quota of vCPUs', () => {
  const standard = [
    't3.medium',
    't4g.medium',
    'c7i-flex.large',
    'im4gn.large',
    'is4gen.large',
    'd3en.large',
    'a1.large',
  ]
  expect(standard.filter(isStandard)).toEqual(standard)
  expect(
    ['inf2.xlarge', 'hpc7g.4xlarge', 'g5.xlarge', 'p4d.24xlarge', 'mac2.metal', 'trn1.2xlarge'].filter(
      isStandard,
    ),
  ).toEqual([])
  const one = { InstanceType: 't3.medium', CpuOptions: { CoreCount: 1, ThreadsPerCore: 2 } } as const
  expect(vcpusOf([one, { ...one, InstanceLifecycle: 'spot' }])).toBe(2)
})

test("credentials that end soon, and the account's root, are warned of", () => {
  const now = new Date('2026-11-23T12:00:00Z')
  const minutes = (count: number) => new Date(now.getTime() + count * 60_000)
  const state = (expiration?: Date): Outcome['state'] => describeCaller(cloud, expiration, now).state
  expect(state()).toBe('ok')
  expect(state(minutes(31))).toBe('ok')
  expect(describeCaller(cloud, minutes(12), now)).toMatchObject({
    state: 'warning',
    found: 'arn:aws:iam::111122223333:user/an in account 111122223333, for 12 minutes more',
  })
  expect(describeCaller(cloud, minutes(-3), now).found).toContain('for 0 minutes more')
  const root = { ...cloud, caller: 'arn:aws:iam::111122223333:root' }
  expect(describeCaller(root, undefined, now).state).toBe('warning')
})

test("a region that isn't enabled is told from wrong credentials", async () => {
  const stack = { ...testStack, region: 'ap-east-1' }
  const refused = named('InvalidClientTokenId', 'The security token included in the request is invalid.')
  const check = (error: Error) =>
    credentialsCheck.run({ stack: async () => stack, cloud: () => Promise.reject(error) }, quiet)
  sts.on(GetCallerIdentityCommand).resolves({})
  await expect(check(refused)).rejects.toThrow("ap-east-1 isn't enabled in this account")
  await expect(check(Object.assign(new Error(), { code: 'ENOTFOUND' }))).rejects.toThrow(
    'AWS has no region ap-east-1',
  )
  sts.on(GetCallerIdentityCommand).rejects(refused)
  await expect(check(refused)).rejects.toBe(refused)
})

test('a plan is told with its credit and end; where AWS does not tell it, that is a warning', () => {
  const expires = new Date('2027-01-22T00:00:00Z')
  expect(describeCredit({ ...credit, remainingUsd: 87.5, expires })).toEqual({
    state: 'ok',
    found: 'Free plan, until 2027-01-22; $87.50 of credit left',
  })
  const unknown = { plan: undefined, remainingUsd: 100, source: 'config', note: 'said by the file' } as const
  expect(describeCredit({ ...unknown, reason: 'older account' }).state).toBe('ok')
  expect(describeCredit({ ...unknown, reason: 'not allowed' })).toEqual({
    state: 'warning',
    found: 'said by the file',
  })
  expect(describeCredit({ ...credit, plan: 'paid', note: 'expired' })).toEqual({
    state: 'warning',
    found: 'Paid plan; $100.00 of credit (expired)',
  })
})

test('a price that is not known makes the total a lower bound, and a short credit is told', () => {
  const line = (usd?: number) => ({
    usage: { item: 'ec2:q9.large', name: 'EC2 host', what: '', quantity: 1 },
    ...(usd && { usd }),
  })
  expect(describePrice([line(50), line()], credit, 'eu-north-1')).toMatchObject({
    state: 'warning',
    found:
      'at least $50.00 a month in eu-north-1: $100.00 of credit last 60 days at most; no price is known of ec2:q9.large',
  })
  expect(describePrice([line(50)], credit, 'us-east-1')).toEqual({
    state: 'ok',
    found: '$50.00 a month in us-east-1: $100.00 of credit last 60 days',
  })
  expect(describePrice([line(300)], credit, 'us-east-1')).toMatchObject({
    state: 'warning',
    fix: expect.stringContaining('--over-budget'),
  })
})
