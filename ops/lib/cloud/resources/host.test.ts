import {
  DescribeInstanceAttributeCommand,
  DescribeInstanceCreditSpecificationsCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type Instance,
  ModifyInstanceAttributeCommand,
  ModifyInstanceCreditSpecificationCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Found, type Work } from '../part.ts'
import { differencesOf } from '../plan.ts'
import { tagsOf } from '../tags.ts'
import { awsError, mockedContext } from '../test-mocked.ts'
import { hostPart } from './host.ts'

let said: string[]
let work: Work

beforeEach(() => {
  vi.useFakeTimers()
  said = []
  const refs = (id: string): Found => ({ id: `${id}-id`, ours: true, facts: {} })
  const tags = [{ Key: 'Name', Value: 'wikiflow-host-1' }]
  work = { refs, tags, say: text => void said.push(text) }
})

afterEach(() => void vi.useRealTimers())

/** Lets the clock run until a promise settles. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  await vi.runAllTimersAsync()
  return promise
}

const invalidProfile = awsError(
  'InvalidParameterValue',
  'Value (wikiflow-us-east-1-host) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name',
)
const roleless = awsError(
  'InvalidParameterValue',
  'IAM Instance Profile "arn:aws:iam::123456789012:instance-profile/x" has no associated IAM Roles',
)

describe('launching a host', () => {
  test('waits for IAM to reach EC2, with the same token each time', async () => {
    const { context, ec2 } = mockedContext('/nowhere')
    ec2.on(RunInstancesCommand).rejectsOnce(invalidProfile).rejectsOnce(roleless).resolves({})
    await inTime(hostPart(context, 1).create(work))
    const tokens = ec2.commandCalls(RunInstancesCommand).map(({ args }) => args[0].input.ClientToken)
    expect(tokens).toHaveLength(3)
    expect(new Set(tokens).size).toBe(1)
    expect(said.at(-1)).toMatch(/waiting for IAM/)
  })

  test("gives up after two minutes, with EC2's own words", async () => {
    const { context, ec2 } = mockedContext('/nowhere')
    ec2.on(RunInstancesCommand).rejects(invalidProfile)
    const since = Date.now()
    await expect(inTime(hostPart(context, 1).create(work))).rejects.toThrow('Invalid IAM Instance Profile')
    expect(Date.now() - since).toBeLessThanOrEqual(135_000)
    expect(ec2.commandCalls(RunInstancesCommand).length).toBeGreaterThan(8)
  })

  test.each([
    ['InsufficientInstanceCapacity', 'We currently do not have sufficient t3.medium capacity in us-east-1b.'],
    ['InvalidParameterCombination', 'The specified instance type is not eligible for Free Tier.'],
    ['InvalidParameterValue', 'Invalid value for parameter imageId'],
    ['UnauthorizedOperation', 'You are not authorized to perform iam:PassRole'],
  ])('is asked once when EC2 says %s, and nothing else is done', async (name, message) => {
    const { context, ec2, rds } = mockedContext('/nowhere')
    ec2.on(RunInstancesCommand).rejects(awsError(name, message))
    await expect(inTime(hostPart(context, 1).create(work))).rejects.toMatchObject({ name, message })
    expect(ec2.calls()).toHaveLength(1)
    expect(rds.calls()).toHaveLength(0)
  })

  test('takes another token when the host of the first was terminated', async () => {
    const { context, ec2 } = mockedContext('/nowhere')
    const terminated = awsError('IdempotentInstanceTerminated', 'The instance of this token is terminated')
    ec2.on(RunInstancesCommand).rejectsOnce(terminated).rejectsOnce(terminated).resolves({})
    await inTime(hostPart(context, 1).create(work))
    const tokens = ec2.commandCalls(RunInstancesCommand).map(({ args }) => args[0].input.ClientToken)
    expect(new Set(tokens).size).toBe(3)
  })

  test('ends with a sentence when EC2 knows the token with other parameters', async () => {
    const { context, ec2 } = mockedContext('/nowhere')
    ec2.on(RunInstancesCommand).rejects(awsError('IdempotentParameterMismatch', 'mismatch'))
    await expect(inTime(hostPart(context, 1).create(work))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('EC2 remembers this launch with other parameters'),
    })
    expect(ec2.calls()).toHaveLength(1)
  })
})

describe('a host that is there', () => {
  /** EC2 with one host; `states` are what it shows, look after look, the last one on and on. */
  function withHost(states: string[], changes: Instance = {}, power: 'running' | 'stopped' = 'running') {
    const mocked = mockedContext('/nowhere', { power })
    const { context, ec2 } = mocked
    const part = hostPart(context, 1)
    const facts = { credits: 'standard', termination: true, gb: 30 }
    const instance: Instance = {
      InstanceId: 'i-1',
      InstanceType: 't3.medium',
      Architecture: 'x86_64',
      KeyName: 'wikiflow',
      RootDeviceName: '/dev/xvda',
      Placement: { AvailabilityZone: 'us-east-1b' },
      IamInstanceProfile: { Arn: 'arn:aws:iam::1:instance-profile/wikiflow-us-east-1-host' },
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
      NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1', Groups: [{ GroupName: 'wikiflow-host' }] }],
      Tags: tagsOf(context.id, part),
      ...changes,
    }
    ec2.on(DescribeInstancesCommand).callsFake(() => {
      const Name = (states.length > 1 ? states.shift() : states[0]) as 'running'
      return { Reservations: [{ Instances: [{ ...instance, State: { Name } }] }] }
    })
    ec2.on(DescribeVolumesCommand).callsFake(() => ({
      Volumes: [{ VolumeId: 'vol-1', Size: facts.gb, VolumeType: 'gp3', Encrypted: true }],
    }))
    ec2
      .on(DescribeInstanceAttributeCommand)
      .callsFake(({ Attribute }) =>
        Attribute === 'disableApiTermination'
          ? { DisableApiTermination: { Value: facts.termination } }
          : { InstanceInitiatedShutdownBehavior: { Value: 'stop' } },
      )
    ec2.on(DescribeInstanceCreditSpecificationsCommand).callsFake(() => ({
      InstanceCreditSpecifications: [{ InstanceId: 'i-1', CpuCredits: facts.credits }],
    }))
    ec2.on(ModifyInstanceCreditSpecificationCommand).callsFake(() => {
      facts.credits = 'standard'
      return {}
    })
    ec2.on(StopInstancesCommand).callsFake(() => {
      states.splice(0, states.length, 'stopping', 'stopping', 'stopped')
      return {}
    })
    const start = () => {
      states.splice(0, states.length, 'pending', 'running')
      return {}
    }
    ec2.on(StartInstancesCommand).callsFake(start)
    ec2.on(ModifyInstanceAttributeCommand).callsFake(({ InstanceType }) => {
      if (InstanceType) instance.InstanceType = InstanceType.Value
      return {}
    })
    const change = async () => {
      const found = await part.find()
      if (!found) throw new Error('there is no host')
      await inTime(part.change(found, differencesOf(part, found), work))
      return differencesOf(part, (await part.find()) ?? found)
    }
    return { ...mocked, part, facts, start, change }
  }

  test('is not asked for CPU credits when its type has none', async () => {
    const { part, ec2 } = withHost(['running'], { InstanceType: 'm7i-flex.large' })
    expect((await part.find())?.facts['CPU credits']).toBe('none')
    expect(ec2.commandCalls(DescribeInstanceCreditSpecificationsCommand)).toHaveLength(0)
  })

  test('goes back to standard CPU credits when somebody made them unlimited', async () => {
    const { facts, change, ec2 } = withHost(['running'])
    facts.credits = 'unlimited'
    expect(await change()).toEqual([])
    expect(ec2.commandCalls(StopInstancesCommand)).toHaveLength(0)
  })

  test('that has just been launched is waited for', async () => {
    const { change } = withHost(['pending', 'pending', 'pending', 'running'])
    expect(await change()).toEqual([])
    expect(said).toContain('pending')
  })

  test('that ends by itself ends the wait, with the reason that EC2 gives', async () => {
    const reason = { Code: 'Client.InvalidKMSKey.InvalidState', Message: 'the KMS key is disabled' }
    const { change } = withHost(['pending', 'pending', 'terminated'], { StateReason: reason })
    await expect(change()).rejects.toThrow(
      'host wikiflow-host-1 (i-1) ended by itself: the KMS key is disabled',
    )
  })

  test('is stopped for another type, and starts with standard credits although its old type had none', async () => {
    const { change, ec2, facts } = withHost(['running'], { InstanceType: 'm7i-flex.large' })
    facts.credits = 'unlimited'
    expect(await change()).toEqual([])
    const order = ec2
      .calls()
      .map(({ args }) => args[0].constructor.name)
      .filter(name => !name.startsWith('Describe'))
    expect(order).toEqual([
      'StopInstancesCommand',
      'ModifyInstanceAttributeCommand',
      'ModifyInstanceCreditSpecificationCommand',
      'StartInstancesCommand',
    ])
  })

  test('whose new type has no capacity stays stopped; the next run starts it', async () => {
    const { change, ec2, start } = withHost(['running'], { InstanceType: 't3.small' })
    const full = awsError('InsufficientInstanceCapacity', 'no t3.medium in us-east-1b')
    ec2.on(StartInstancesCommand).rejectsOnce(full).callsFake(start)
    await expect(change()).rejects.toThrow('no t3.medium')
    expect(ec2.commandCalls(StopInstancesCommand)).toHaveLength(1)
    expect(await change()).toEqual([])
    expect(ec2.commandCalls(StopInstancesCommand)).toHaveLength(1)
    expect(ec2.commandCalls(StartInstancesCommand)).toHaveLength(2)
  })

  test('is unprotected and terminated, and waited for until it is gone', async () => {
    const states = ['running']
    const { part, ec2 } = withHost(states)
    const found = await part.find()
    ec2.on(TerminateInstancesCommand).callsFake(() => {
      states.splice(0, 1, 'shutting-down', 'terminated')
      return {}
    })
    if (found) await inTime(part.remove(found, work))
    expect(ec2.commandCalls(ModifyInstanceAttributeCommand)[0]?.args[0].input).toEqual({
      InstanceId: 'i-1',
      DisableApiTermination: { Value: false },
    })
    expect(said).toEqual(['shutting-down'])
  })
})
