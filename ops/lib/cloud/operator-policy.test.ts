import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { namesOf, type StackId } from '../stack/names.ts'
import { operatorPolicy, statementFor } from './operator-policy.ts'
import { stackTag } from './tags.ts'
import { decide, type IamRequest } from './test-iam.ts'

const stack: StackId = { name: 'wikiflow', region: 'us-east-1', account: '123456789012' }
const names = namesOf(stack)
const ec2 = 'arn:aws:ec2:us-east-1:123456789012'
const rds = 'arn:aws:rds:us-east-1:123456789012'
const iam = 'arn:aws:iam::123456789012'
const asked = { 'aws:RequestTag/wikiflow:stack': stackTag(stack) }
const ours = { 'aws:ResourceTag/wikiflow:stack': stackTag(stack) }
const others = { 'aws:ResourceTag/wikiflow:stack': 'wikiflow/eu-west-1' }

function row(action: string, resource: string, context: Record<string, string> = {}): IamRequest {
  return { action, resource, context }
}

const allowed = [
  row('ec2:DescribeInstances', '*'),
  row('ec2:RunInstances', `${ec2}:instance/*`, asked),
  row('ec2:RunInstances', `${ec2}:volume/*`, asked),
  row('ec2:RunInstances', `${ec2}:network-interface/*`, asked),
  row('ec2:RunInstances', 'arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0'),
  row('ec2:RunInstances', `${ec2}:subnet/subnet-0123456789abcdef0`),
  row('ec2:RunInstances', `${ec2}:security-group/sg-0123456789abcdef0`, ours),
  row('ec2:RunInstances', `${ec2}:key-pair/wikiflow`, ours),
  row('ec2:CreateTags', `${ec2}:instance/*`, { ...asked, 'ec2:CreateAction': 'RunInstances' }),
  row('ec2:CreateTags', `${ec2}:instance/i-0123456789abcdef0`, ours),
  row('ec2:CreateSecurityGroup', `${ec2}:security-group/*`, asked),
  row('ec2:CreateSecurityGroup', `${ec2}:vpc/vpc-0123456789abcdef0`),
  row('ec2:ImportKeyPair', `${ec2}:key-pair/wikiflow`, asked),
  row('ec2:AllocateAddress', `${ec2}:elastic-ip/*`, asked),
  row('ec2:AssociateAddress', `${ec2}:elastic-ip/eipalloc-0123456789abcdef0`, ours),
  row('ec2:TerminateInstances', `${ec2}:instance/i-0123456789abcdef0`, ours),
  row('ec2:RevokeSecurityGroupIngress', `${ec2}:security-group/sg-0123456789abcdef0`, ours),
  row('rds:CreateDBInstance', `${rds}:db:wikiflow`),
  row('rds:CreateDBInstance', `${rds}:og:default:postgres-18`),
  row('rds:CreateDBInstance', `${rds}:pg:${names.parameterGroup}`),
  row('rds:CreateDBSnapshot', `${rds}:snapshot:wikiflow-final-20261123`),
  row('iam:PassRole', `${iam}:role/${names.role}`, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
  row('iam:AddRoleToInstanceProfile', `${iam}:instance-profile/${names.instanceProfile}`),
  row('s3:PutObject', `arn:aws:s3:::${names.bucket}/lock.json`),
  row('s3:CreateBucket', `arn:aws:s3:::${names.bucket}`),
  row('budgets:ModifyBudget', `arn:aws:budgets::123456789012:budget/${names.budget}`),
]

test.each(allowed)('the operator may $action on $resource', async request => {
  expect(await decide(operatorPolicy(stack), request)).toBe('allowed')
})

const refused = [
  row('ec2:RunInstances', `${ec2}:instance/*`),
  row('ec2:RunInstances', `${ec2}:security-group/sg-0123456789abcdef0`, others),
  row('ec2:TerminateInstances', `${ec2}:instance/i-0123456789abcdef0`),
  row('ec2:TerminateInstances', `${ec2}:instance/i-0123456789abcdef0`, others),
  row('ec2:DescribeInstanceAttribute', `${ec2}:instance/i-0123456789abcdef0`, others),
  row('ec2:CreateTags', `${ec2}:instance/i-0123456789abcdef0`, asked),
  row('ec2:RevokeSecurityGroupIngress', `${ec2}:security-group/sg-0123456789abcdef0`, others),
  row('ec2:ReleaseAddress', `${ec2}:elastic-ip/eipalloc-0123456789abcdef0`),
  row('ec2:CreateNatGateway', `${ec2}:natgateway/*`),
  row('rds:DeleteDBInstance', `${rds}:db:wikiflow2`),
  row('rds:DeleteDBInstance', 'arn:aws:rds:eu-west-1:123456789012:db:wikiflow'),
  row('rds:DeleteDBSnapshot', `${rds}:snapshot:wikiflow-final-20261123`),
  row('iam:PassRole', `${iam}:role/admin`, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
  row('iam:PassRole', `${iam}:role/${names.role}`, { 'iam:PassedToService': 'lambda.amazonaws.com' }),
  row('iam:PutRolePolicy', `${iam}:role/admin`),
  row('iam:AttachRolePolicy', `${iam}:role/${names.role}`),
  row('iam:CreateUser', `${iam}:user/x`),
  row(
    'iam:CreateServiceLinkedRole',
    `${iam}:role/aws-service-role/spot.amazonaws.com/AWSServiceRoleForEC2Spot`,
    { 'iam:AWSServiceName': 'spot.amazonaws.com' },
  ),
  row('s3:DeleteBucket', 'arn:aws:s3:::theirs'),
  row('s3:GetObject', `arn:aws:s3:::${names.bucket}-copy/x`),
  row('budgets:ModifyBudget', 'arn:aws:budgets::123456789012:budget/theirs'),
  row('secretsmanager:GetSecretValue', 'arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf'),
]

test.each(refused)('the operator may not $action on $resource', async request => {
  expect(await decide(operatorPolicy(stack), request)).toBe('denied')
})

test('no statement names an action that AWS does not have, for things of another kind', async () => {
  for (const { Sid, Action } of operatorPolicy(stack).Statement) {
    for (const action of [Action].flat()) {
      // The simulator refuses actions and resources that don't exist; a wildcard stands for those that do.
      expect([
        Sid,
        action,
        await decide(operatorPolicy(stack), { action, resource: '*' }).catch(String),
      ]).toEqual([Sid, action, expect.stringMatching(/^(allowed|denied)$/)])
    }
  }
})

test('the policy of a stack with the longest name fits what IAM takes', () => {
  const longest = { name: 'a'.repeat(20), region: 'ap-southeast-2', account: '123456789012' }
  expect(JSON.stringify(operatorPolicy(longest)).length).toBeLessThanOrEqual(6_144)
})

test('a refused action is found in its statement, as a call or in any case', () => {
  expect(statementFor('rds:CreateDBInstance')).toBe('Database')
  expect(statementFor('RDS:createdbinstance')).toBe('Database')
  expect(statementFor('budgets:CreateNotification')).toBe('Budget')
  expect(statementFor('budgets:DescribeNotificationsForBudget')).toBe('Budget')
  expect(statementFor('iam:CreateUser')).toBe(undefined)
  expect(statementFor('')).toBe(undefined)
})

/** Calls whose action has another name, as far as the tools make them; Budgets' are known to `statementFor`. */
const actionOf: Readonly<Record<string, string>> = {
  's3:HeadBucket': 's3:ListBucket',
  's3:HeadObject': 's3:GetObject',
  's3:ListObjectsV2': 's3:ListBucket',
  's3:ListObjectVersions': 's3:ListBucketVersions',
  's3:DeleteObjects': 's3:DeleteObject',
  's3:GetBucketEncryption': 's3:GetEncryptionConfiguration',
  's3:PutBucketEncryption': 's3:PutEncryptionConfiguration',
  's3:GetBucketLifecycleConfiguration': 's3:GetLifecycleConfiguration',
  's3:PutBucketLifecycleConfiguration': 's3:PutLifecycleConfiguration',
  's3:GetPublicAccessBlock': 's3:GetBucketPublicAccessBlock',
  's3:PutPublicAccessBlock': 's3:PutBucketPublicAccessBlock',
}

test('every call that the tools can make is granted', () => {
  const calls = callsOf(fileURLToPath(new URL('../../', import.meta.url)))
  expect(calls.length).toBeGreaterThan(80)
  expect(calls.filter(call => !statementFor(actionOf[call] ?? call))).toEqual([])
})

/** The commands and paginators that the sources under a folder import, as `service:Call`. */
function callsOf(root: string): string[] {
  const calls = new Set<string>()
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  for (const file of files.filter(
    name => name.endsWith('.ts') && !/(\.test|\/test-[\w-]+)\.ts$/.test(name),
  )) {
    const imports = /import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g
    for (const [, list = '', service = ''] of readFileSync(join(root, file), 'utf8').matchAll(imports)) {
      for (const [, paged, sent] of list.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)) {
        calls.add(`${service.replaceAll('-', '')}:${paged ?? sent}`)
      }
    }
  }
  return [...calls].sort()
}
