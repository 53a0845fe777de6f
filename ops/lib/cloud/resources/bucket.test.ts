import { expect, test } from 'vitest'
import { testStack } from '../test-context.ts'
import { bucketFacts, bucketPolicy, bucketRequest, lifecycle } from './bucket.ts'

const tags = [{ Key: 'wikiflow:stack', Value: 'wikiflow/us-east-1' }]

test('a bucket is tagged by the call that makes it, and us-east-1 is not named as a location', () => {
  expect(bucketRequest('b', 'us-east-1', tags)).toEqual({
    Bucket: 'b',
    CreateBucketConfiguration: { Tags: tags },
  })
  expect(bucketRequest('b', 'eu-west-1', tags)).toEqual({
    Bucket: 'b',
    CreateBucketConfiguration: { LocationConstraint: 'eu-west-1', Tags: tags },
  })
})

test('a bucket is private, encrypted, and answers over TLS alone', () => {
  expect(bucketFacts(testStack, 'b')).toEqual({
    'public access': 'blocked',
    encryption: 'AES256',
    policy: 'TLS only',
    lifecycle: [
      'abort-uploads: all AbortIncompleteMultipartUpload {"DaysAfterInitiation":1}',
      'old-versions: all NoncurrentVersionExpiration {"NoncurrentDays":30}',
      'raw: raw/ to STANDARD_IA after 30 days',
    ],
    versioning: 'Enabled',
  })
  expect(bucketPolicy('b').Statement).toEqual([
    {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 'S3:*',
      Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  ])
})

test('the lake is deleted only when that was asked for', () => {
  const raw = (days?: number) =>
    lifecycle({
      ...testStack,
      lake: { infrequentAccessAfterDays: 45, ...(days ? { deleteAfterDays: days } : {}) },
    }).Rules?.find(({ ID }) => ID === 'raw')
  expect(raw()).toEqual({
    ID: 'raw',
    Status: 'Enabled',
    Filter: { Prefix: 'raw/' },
    Transitions: [{ Days: 45, StorageClass: 'STANDARD_IA' }],
  })
  expect(raw(90)?.Expiration).toEqual({ Days: 90 })
})
