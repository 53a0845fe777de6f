import {
  CreateRoleCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { mockClient } from 'aws-sdk-client-mock'
import { afterEach, expect, test, vi } from 'vitest'
import { awsError, mockedContext } from '../test-mocked.ts'
import { provision } from '../test-moto.ts'
import { hostPolicy, hostTrust } from './host-policy.ts'
import { rolePart, roleRequest } from './iam-role.ts'

const tags = [{ Key: 'wikiflow:stack', Value: 'wikiflow/us-east-1' }]

afterEach(() => {
  vi.useRealTimers()
})

test('a role is made for EC2 alone, and tagged by the call that makes it', () => {
  const { AssumeRolePolicyDocument, ...rest } = roleRequest('wikiflow-us-east-1-host', tags)
  expect(JSON.parse(AssumeRolePolicyDocument ?? '')).toEqual(hostTrust())
  expect(rest).toEqual({
    RoleName: 'wikiflow-us-east-1-host',
    Description: "wikiflow: hosts write and read the lake's objects",
    Tags: tags,
  })
})

test('IAM shows a new policy seconds late: that is waited for, and is no failure', async () => {
  const { context } = mockedContext('/nowhere')
  const iam = mockClient(context.cloud.iam)
  const missing = awsError('NoSuchEntityException', 'not yet')
  iam.on(ListRolePoliciesCommand).resolves({ PolicyNames: [], IsTruncated: false })
  iam.on(ListAttachedRolePoliciesCommand).resolves({ AttachedPolicies: [], IsTruncated: false })
  iam.on(GetRoleCommand).rejects(missing)
  iam.on(CreateRoleCommand).callsFake(({ AssumeRolePolicyDocument, Tags }) => {
    const Role = {
      Arn: 'arn:role',
      AssumeRolePolicyDocument: encodeURIComponent(AssumeRolePolicyDocument),
      Tags,
    }
    iam
      .on(GetRoleCommand)
      .resolves({ Role: { ...Role, Path: '/', RoleName: 'r', RoleId: 'r', CreateDate: new Date() } })
    return {}
  })
  iam.on(GetRolePolicyCommand).rejects(missing)
  iam.on(PutRolePolicyCommand).callsFake(({ PolicyDocument }) => {
    const shown = { RoleName: 'r', PolicyName: 'lake', PolicyDocument: encodeURIComponent(PolicyDocument) }
    iam.on(GetRolePolicyCommand).rejectsOnce(missing).rejectsOnce(missing).resolves(shown)
    return {}
  })
  vi.useFakeTimers()
  const run = provision(context, [rolePart(context)])
  await vi.runAllTimersAsync()
  expect(await run).toEqual({ lines: ['create role'], obstacles: [], failures: [] })
  const [put] = iam.commandCalls(PutRolePolicyCommand)
  expect(JSON.parse(put?.args[0].input.PolicyDocument ?? '')).toEqual(hostPolicy(context.names.bucket))
})
