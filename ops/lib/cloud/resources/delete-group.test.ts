import {
  AuthorizeSecurityGroupIngressCommand,
  DeleteSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { awsError, mockedContext } from '../test-mocked.ts'
import { deleteGroup } from './delete-group.ts'
import { setRules } from './set-rules.ts'

const { context, ec2: aws } = mockedContext('/nowhere')
const ec2: EC2Client = context.cloud.ec2
const inUse = awsError('DependencyViolation', 'resource sg-1 has a dependent object')
const usedBy = {
  NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1', Description: 'RDSNetworkInterface' }],
}

beforeEach(() => {
  vi.useFakeTimers()
  aws.reset()
  aws.on(DescribeNetworkInterfacesCommand).resolves(usedBy)
  aws.on(DescribeSecurityGroupsCommand).resolves({ SecurityGroups: [] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('a group that a dying database still holds is deleted when it is free, saying what holds it', async () => {
  aws.on(DeleteSecurityGroupCommand).rejectsOnce(inUse).rejectsOnce(inUse).resolves({})
  const said: string[] = []
  const deleted = deleteGroup(ec2, 'sg-1', progress => said.push(progress))
  await vi.runAllTimersAsync()
  await deleted
  expect(said).toEqual(Array(2).fill('used by eni-1 (RDSNetworkInterface)'))
  expect(aws.commandCalls(DeleteSecurityGroupCommand)).toHaveLength(3)
})

test('a group that stays in use is told with its users, and left', async () => {
  aws.on(DeleteSecurityGroupCommand).rejects(inUse)
  aws
    .on(DescribeSecurityGroupsCommand, { Filters: [{ Name: 'ip-permission.group-id', Values: ['sg-1'] }] })
    .resolves({ SecurityGroups: [{ GroupId: 'sg-9', GroupName: 'theirs' }] })
  const deleted = deleteGroup(ec2, 'sg-1', () => {})
  const failure = expect(deleted).rejects.toThrow(
    'security group sg-1 is still used by eni-1 (RDSNetworkInterface), a rule of theirs (sg-9) after 5 min',
  )
  await vi.runAllTimersAsync()
  await failure
})

test('a group that is gone already is fine; any other refusal is told at once', async () => {
  aws.on(DeleteSecurityGroupCommand).rejectsOnce(awsError('InvalidGroup.NotFound', 'gone'))
  await deleteGroup(ec2, 'sg-1', () => {})
  aws.on(DeleteSecurityGroupCommand).rejects(awsError('UnauthorizedOperation', 'not you'))
  await expect(deleteGroup(ec2, 'sg-1', () => {})).rejects.toThrow('not you')
  expect(aws.commandCalls(DeleteSecurityGroupCommand)).toHaveLength(2)
})

test('a rule that is there already is fine, a limit of rules is not', async () => {
  const rule = { protocol: 'tcp', port: 22, peer: { cidr: '203.0.113.7/32' } } as const
  const set = () => setRules(ec2, 'sg-1', 'inbound', [rule], [], name => name)
  aws.on(AuthorizeSecurityGroupIngressCommand).rejectsOnce(awsError('InvalidPermission.Duplicate', 'there'))
  await set()
  aws.on(AuthorizeSecurityGroupIngressCommand).rejects(awsError('RulesPerSecurityGroupLimitExceeded', 'full'))
  await expect(set()).rejects.toThrow('full')
})
