import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  BucketAlreadyOwnedByYou,
  type BucketLifecycleConfiguration,
  CreateBucketCommand,
  type CreateBucketCommandInput,
  DeleteBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type LifecycleRule,
  PutBucketEncryptionCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutBucketVersioningCommand,
  PutPublicAccessBlockCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { assumed, assumedOf } from '../../../../cost/assumptions.ts'
import { lakeUsage } from '../../../../cost/model.ts'
import { makePrivateFolder } from '../../private-folder.ts'
import { type Stack } from '../../stack/schema.ts'
import { type Context } from '../context.ts'
import { missing } from '../missing.ts'
import { type Facts, type Found, type Part, type Tag } from '../part.ts'
import { type AwsTags, isOurs, tagKeys, tagValue } from '../tags.ts'
import { emptyBucket } from './empty-bucket.ts'

/** The lake's bucket; the lock of whoever changes the stack stands in it too. */
export function bucketPart({ stack, id, names, cloud, files, wanted, removal }: Context): Part {
  const { s3 } = cloud
  const bucket = names.bucket
  // AWS sets the tags of the call that makes a bucket; other servers of the protocol overlook them. A bucket that has
  // none because this machine was killed right after that call is known by this file.
  const beingMade = join(files.folder, 'bucket-being-made')
  return {
    id: 'bucket',
    title: 'S3 bucket',
    name: bucket,
    needs: [],
    wanted,
    want: bucketFacts(stack, bucket),
    fixed: {},
    holds: 'the lake',
    usage: lakeUsage(stack, assumed.lakeAgeDays, assumedOf(stack)),
    find: async () => {
      if (!(await missing(s3.send(new HeadBucketCommand({ Bucket: bucket }))))) return undefined
      const found = await readBucket(s3, bucket, tags => isOurs(id, 'bucket', tags))
      if (found.tagged) rmSync(beingMade, { force: true })
      return found.tagged || !existsSync(beingMade) ? found : { ...found, ours: true }
    },
    create: async ({ tags }) => {
      makePrivateFolder(files.folder)
      writeFileSync(beingMade, `${bucket}\n`)
      try {
        await s3.send(new CreateBucketCommand(bucketRequest(bucket, cloud.region, tags)))
      } catch (error) {
        // Made since it was looked for, by another run: whose it is, its tags say.
        if (error instanceof BucketAlreadyOwnedByYou) return
        throw error
      }
      await setTags(s3, bucket, tags)
      rmSync(beingMade)
    },
    change: async (_found, differences) => {
      for (const { property } of differences) await settings[property]?.(s3, bucket, stack)
    },
    tag: async (_found, tags) => {
      await setTags(s3, bucket, tags)
      rmSync(beingMade, { force: true })
    },
    remove: async (_found, { say }) => {
      if (removal.purge) await emptyBucket(s3, bucket, say)
      await s3.send(new DeleteBucketCommand({ Bucket: bucket }))
    },
  }
}

/** What makes a bucket. us-east-1 must not be named as a location; the SDK names the others itself. */
export function bucketRequest(
  bucket: string,
  region: string,
  tags: readonly Tag[],
): CreateBucketCommandInput {
  return {
    Bucket: bucket,
    CreateBucketConfiguration: {
      ...(region === 'us-east-1' ? {} : { LocationConstraint: region as 'eu-west-1' }),
      Tags: [...tags],
    },
  }
}

/** How the bucket should be, as the plan shows it. */
export function bucketFacts(stack: Stack, bucket: string): Facts {
  return {
    'public access': 'blocked',
    encryption: 'AES256',
    policy: policyInWords(bucketPolicy(bucket), bucket),
    lifecycle: (lifecycle(stack).Rules ?? []).map(ruleInWords),
    versioning: 'Enabled',
  }
}

/** Refuses whatever comes without TLS. */
export function bucketPolicy(bucket: string) {
  const arn = `arn:aws:s3:::${bucket}`
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        // IAM reads actions in any case. moto overlooks conditions, and would refuse every object to `s3:*`.
        Action: 'S3:*',
        Resource: [arn, `${arn}/*`],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ],
  }
}

/** Half-sent uploads and old versions go; the lake's files move to cheaper storage, and go when asked to. */
export function lifecycle({ lake }: Stack): BucketLifecycleConfiguration {
  return {
    Rules: [
      {
        ID: 'abort-uploads',
        Status: 'Enabled',
        Filter: { Prefix: '' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 },
      },
      {
        ID: 'old-versions',
        Status: 'Enabled',
        Filter: { Prefix: '' },
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
      },
      {
        ID: 'raw',
        Status: 'Enabled',
        Filter: { Prefix: 'raw/' },
        Transitions: [{ Days: lake.infrequentAccessAfterDays, StorageClass: 'STANDARD_IA' }],
        ...(lake.deleteAfterDays ? { Expiration: { Days: lake.deleteAfterDays } } : {}),
      },
    ],
  }
}

const settings: Record<string, (s3: S3Client, bucket: string, stack: Stack) => Promise<unknown>> = {
  'public access': (s3, Bucket) =>
    s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          IgnorePublicAcls: true,
          BlockPublicPolicy: true,
          RestrictPublicBuckets: true,
        },
      }),
    ),
  encryption: (s3, Bucket) =>
    s3.send(
      new PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      }),
    ),
  policy: (s3, Bucket) =>
    s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(bucketPolicy(Bucket)) })),
  lifecycle: (s3, Bucket, stack) =>
    s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: lifecycle(stack) })),
  versioning: (s3, Bucket) =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
}

async function readBucket(
  s3: S3Client,
  Bucket: string,
  ours: (tags: AwsTags) => boolean,
): Promise<Found & { tagged: boolean }> {
  const [tagging, block, encryption, policy, rules, versioning] = await Promise.all([
    missing(s3.send(new GetBucketTaggingCommand({ Bucket }))),
    missing(s3.send(new GetPublicAccessBlockCommand({ Bucket }))),
    missing(s3.send(new GetBucketEncryptionCommand({ Bucket }))),
    missing(s3.send(new GetBucketPolicyCommand({ Bucket }))),
    missing(s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }))),
    s3.send(new GetBucketVersioningCommand({ Bucket })),
  ])
  const blocks = Object.values(block?.PublicAccessBlockConfiguration ?? {})
  const rule = encryption?.ServerSideEncryptionConfiguration?.Rules?.[0]
  return {
    id: Bucket,
    ours: ours(tagging?.TagSet),
    applied: tagValue(tagging?.TagSet, tagKeys.applied),
    facts: {
      'public access': blocks.length === 4 && blocks.every(Boolean) ? 'blocked' : 'not blocked',
      encryption: rule?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm ?? 'none',
      policy: policyInWords(JSON.parse(policy?.Policy ?? '{}'), Bucket),
      lifecycle: (rules?.Rules ?? []).map(ruleInWords),
      versioning: versioning.Status ?? 'off',
    },
    outputs: { bucket: Bucket },
    tagged: (tagging?.TagSet?.length ?? 0) > 0,
  }
}

function policyInWords(policy: unknown, bucket: string): string {
  return isDeepStrictEqual(policy, bucketPolicy(bucket)) ? 'TLS only' : JSON.stringify(policy)
}

/** A rule as a sentence; all that differs between rules stands in it. */
function ruleInWords(rule: LifecycleRule): string {
  const { ID, Status, Filter, Prefix, Transitions, Expiration, ...rest } = rule
  const prefix = Filter?.Prefix ?? Prefix ?? ''
  const what = [
    ...(Transitions ?? []).map(({ Days, StorageClass }) => `to ${StorageClass} after ${Days} days`),
    ...(Expiration ? [`deleted after ${Expiration.Days} days`] : []),
    ...Object.entries(rest).map(([name, { ...value }]) => `${name} ${JSON.stringify(value)}`),
  ]
  const off = Status === 'Enabled' ? '' : ' (off)'
  return `${ID}${off}: ${prefix || 'all'} ${what.join(', ')}`
}

async function setTags(s3: S3Client, Bucket: string, tags: readonly Tag[]): Promise<void> {
  const now = (await missing(s3.send(new GetBucketTaggingCommand({ Bucket }))))?.TagSet ?? []
  // This call replaces all tags: those that somebody else set stay.
  const others = now.filter(({ Key }) => !tags.some(tag => tag.Key === Key))
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [...others, ...tags] } }))
}
