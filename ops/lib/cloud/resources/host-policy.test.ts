import { expect, test } from 'vitest'
import { lakeKey } from '../../../../runtime/src/contract.ts'
import { documentInWords, policy } from '../iam-policy.ts'
import { decide, type IamRequest } from '../test-iam.ts'
import { bucketPolicy } from './bucket.ts'
import { hostPolicy, hostTrust } from './host-policy.ts'

const bucket = 'wikiflow-123456789012-us-east-1'
const arn = `arn:aws:s3:::${bucket}`
const object = `${arn}/${lakeKey({ partition: 3, first: 0n, last: 118n, appendedAtMs: 1_785_855_600_000 })}`
const overTls = { 'aws:SecureTransport': 'true' }

/** What the runtime's S3 code asks for: `runtime/src/platform/object-store-s3.ts`. */
const asked: IamRequest[] = [
  { action: 's3:PutObject', resource: object, context: overTls },
  { action: 's3:AbortMultipartUpload', resource: object, context: overTls },
  { action: 's3:GetObject', resource: object, context: overTls },
  { action: 's3:ListBucket', resource: arn, context: { ...overTls, 's3:prefix': 'raw/' } },
  { action: 's3:ListBucket', resource: arn, context: { ...overTls, 's3:prefix': 'raw/dt=2026-08-04/' } },
]

test.each(asked)('a host may $action on $resource', async request => {
  expect(await decide(hostPolicy(bucket), request, bucketPolicyOf(bucket))).toBe('allowed')
})

test('for an object that is missing, S3 says 404: it looks for the right to list, without a prefix', async () => {
  const request = { action: 's3:ListBucket', resource: arn, context: overTls }
  expect(await decide(hostPolicy(bucket), request)).toBe('allowed')
})

const other = 'arn:aws:s3:::somebody-elses'
const account = 'arn:aws:iam::123456789012'
const here = 'us-east-1:123456789012'
const refused: (readonly [action: string, resource: string, prefix?: string])[] = [
  // The lake's own objects: nothing is taken away, changed, or shown to others.
  ['s3:DeleteObject', object],
  ['s3:DeleteObjectVersion', object],
  ['s3:PutObjectAcl', object],
  ['s3:PutObjectTagging', object],
  ['s3:PutObjectRetention', object],
  ['s3:GetObjectVersion', object],
  ['s3:GetObjectAcl', object],
  ['s3:RestoreObject', object],
  ['s3:BypassGovernanceRetention', object],
  // Other places of the bucket: the lock, and names that only begin alike.
  ['s3:PutObject', `${arn}/lock.json`],
  ['s3:GetObject', `${arn}/lock.json`],
  ['s3:PutObject', `${arn}/rawdata/x`],
  ['s3:PutObject', `${arn}/RAW/x`],
  ['s3:GetObject', `${arn}/other/raw/x`],
  ['s3:ListBucket', arn, ''],
  ['s3:ListBucket', arn, 'lock'],
  ['s3:ListBucket', arn, 'raw'],
  // Other buckets.
  ['s3:PutObject', `${other}/raw/x`],
  ['s3:GetObject', `${other}/raw/x`],
  ['s3:ListBucket', other, 'raw/'],
  ['s3:PutObject', `${arn}-copy/raw/x`],
  // The bucket itself.
  ['s3:DeleteBucket', arn],
  ['s3:CreateBucket', arn],
  ['s3:PutBucketPolicy', arn],
  ['s3:DeleteBucketPolicy', arn],
  ['s3:GetBucketPolicy', arn],
  ['s3:PutBucketAcl', arn],
  ['s3:PutBucketVersioning', arn],
  ['s3:PutLifecycleConfiguration', arn],
  ['s3:PutEncryptionConfiguration', arn],
  ['s3:PutBucketPublicAccessBlock', arn],
  ['s3:PutReplicationConfiguration', arn],
  ['s3:PutBucketNotification', arn],
  ['s3:ListBucketVersions', arn],
  ['s3:ListBucketMultipartUploads', arn],
  ['s3:ListAllMyBuckets', '*'],
  // Anything else.
  ['iam:CreateUser', `${account}:user/x`],
  ['iam:CreateAccessKey', `${account}:user/x`],
  ['iam:PutRolePolicy', `${account}:role/wikiflow-us-east-1-host`],
  ['iam:AttachRolePolicy', `${account}:role/wikiflow-us-east-1-host`],
  ['iam:PassRole', `${account}:role/wikiflow-us-east-1-host`],
  ['iam:ListRoles', '*'],
  ['sts:AssumeRole', `${account}:role/admin`],
  ['sts:GetSessionToken', '*'],
  ['ec2:RunInstances', `arn:aws:ec2:${here}:instance/*`],
  ['ec2:TerminateInstances', `arn:aws:ec2:${here}:instance/i-0123456789abcdef0`],
  ['ec2:DescribeInstances', '*'],
  ['ec2:AuthorizeSecurityGroupIngress', `arn:aws:ec2:${here}:security-group/sg-0123456789abcdef0`],
  ['ec2:CreateSnapshot', `arn:aws:ec2:${here}:volume/vol-0123456789abcdef0`],
  ['rds:DeleteDBInstance', `arn:aws:rds:${here}:db:wikiflow`],
  ['rds:ModifyDBInstance', `arn:aws:rds:${here}:db:wikiflow`],
  ['rds:CreateDBSnapshot', `arn:aws:rds:${here}:db:wikiflow`],
  ['rds:DescribeDBInstances', `arn:aws:rds:${here}:db:wikiflow`],
  ['rds-db:connect', `arn:aws:rds-db:${here}:dbuser:db-ABCDEFGHIJKL/wikiflow`],
  ['secretsmanager:GetSecretValue', `arn:aws:secretsmanager:${here}:secret:x-AbCdEf`],
  ['ssm:GetParameter', `arn:aws:ssm:${here}:parameter/x`],
  ['ssm:StartSession', `arn:aws:ec2:${here}:instance/i-0123456789abcdef0`],
  ['kms:Decrypt', `arn:aws:kms:${here}:key/11111111-2222-3333-4444-555555555555`],
  ['lambda:InvokeFunction', `arn:aws:lambda:${here}:function:x`],
  ['logs:DeleteLogGroup', `arn:aws:logs:${here}:log-group:x`],
  ['budgets:ModifyBudget', 'arn:aws:budgets::123456789012:budget/wikiflow-us-east-1'],
  ['ce:GetCostAndUsage', '*'],
]

const refusedRequests = refused.map(([action, resource, prefix]) => ({
  action,
  resource,
  context: prefix === undefined ? overTls : { ...overTls, 's3:prefix': prefix },
}))

test.each(refusedRequests)('a host may not $action on $resource', async request => {
  expect(await decide(hostPolicy(bucket), request)).toBe('denied')
})

test('at least fifty other calls are held against the policy', () => {
  expect(refused.length).toBeGreaterThanOrEqual(50)
})

test.each(asked)('without TLS, not even $action is allowed', async request => {
  const context = { ...request.context, 'aws:SecureTransport': 'false' }
  const everything = policy({ Sid: 'All', Effect: 'Allow', Action: 's3:*', Resource: '*' })
  expect(await decide(everything, { ...request, context })).toBe('allowed')
  expect(await decide(everything, { ...request, context }, bucketPolicyOf(bucket))).toBe('denied')
})

test('EC2 alone may take on the role', () => {
  expect(hostTrust()).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'Hosts',
        Effect: 'Allow',
        Principal: { Service: 'ec2.amazonaws.com' },
        Action: 'sts:AssumeRole',
      },
    ],
  })
})

test('a policy that was changed by hand shows as it is, broken or not', () => {
  const made = hostTrust()
  expect(documentInWords(encodeURIComponent(JSON.stringify(made, undefined, 2)), made)).toBe('as made')
  expect(documentInWords(encodeURIComponent('{"Statement":\n []}'), made)).toBe('{"Statement": []}')
  expect(documentInWords('no%20JSON', made)).toBe('no JSON')
  expect(documentInWords(undefined, made)).toBe('none')
})

/** The bucket's own policy, in the type of the simulator's helper. */
function bucketPolicyOf(name: string) {
  return bucketPolicy(name) as unknown as ReturnType<typeof policy>
}
