import {
  CreateBucketCommand,
  DeletePublicAccessBlockCommand,
  GetBucketTaggingCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutBucketTaggingCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'
import { applyPlan } from '../apply.ts'
import { type Context } from '../context.ts'
import { makePlan, type PlanOptions } from '../plan.ts'
import { partsOnMoto } from '../test-moto.ts'
import { bucketPart } from './bucket.ts'

const { open } = partsOnMoto()

async function apply(context: Context, options: PlanOptions = {}) {
  const plan = await makePlan([bucketPart(context)], options)
  const applied = await applyPlan(context.id, plan, () => {})
  return { plan, step: plan.steps[0], failures: applied.failures.map(({ error }) => String(error)) }
}

for (const region of ['us-east-1', 'eu-west-1']) {
  test(`a bucket in ${region} is made once, kept, repaired, and removed`, async () => {
    const context = await open({ region })
    const { s3 } = context.cloud
    const Bucket = context.names.bucket
    expect((await apply(context)).failures).toEqual([])
    expect((await apply(context)).step?.action).toBe('same')

    await s3.send(new DeletePublicAccessBlockCommand({ Bucket }))
    await s3.send(new PutBucketPolicyCommand({ Bucket, Policy: '{"Version":"2012-10-17","Statement":[]}' }))
    await s3.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: [{ ID: 'x', Status: 'Enabled', Filter: { Prefix: '' }, Expiration: { Days: 1 } }],
        },
      }),
    )
    await s3.send(
      new PutBucketTaggingCommand({
        Bucket,
        Tagging: {
          TagSet: [
            ...((await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet ?? []),
            { Key: 'team', Value: 'data' },
          ],
        },
      }),
    )
    const repaired = await apply(context)
    expect(repaired.step?.differences.map(({ property, kind }) => [property, kind])).toEqual([
      ['public access', 'drift'],
      ['policy', 'drift'],
      ['lifecycle', 'drift'],
    ])
    expect(repaired.failures).toEqual([])
    expect((await apply(context)).step?.action).toBe('same')
    const tags = (await s3.send(new GetBucketTaggingCommand({ Bucket }))).TagSet
    expect(tags).toContainEqual({ Key: 'team', Value: 'data' })

    for (const Key of ['raw/a', 'lock.json', 'raw/a'])
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
    const gone = { ...context, wanted: false, removal: { finalSnapshot: false, purge: true } }
    expect((await apply(gone)).failures).toEqual([])
    expect((await s3.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name) ?? []).not.toContain(
      Bucket,
    )
    expect((await apply(gone)).plan.steps).toEqual([])
  })
}

test("a bucket with objects stays where nobody asked to lose it, and AWS's refusal is told", async () => {
  const context = await open({ name: 'kept' })
  await apply(context)
  await context.cloud.s3.send(new PutObjectCommand({ Bucket: context.names.bucket, Key: 'raw/a', Body: 'x' }))
  const { failures } = await apply({ ...context, wanted: false })
  expect(failures[0]).toContain('BucketNotEmpty')
})

test("a bucket of the same name that isn't ours stops the plan, and is adopted when asked", async () => {
  const context = await open({ name: 'foreign' })
  const { s3 } = context.cloud
  const Bucket = context.names.bucket
  await s3.send(new CreateBucketCommand({ Bucket }))
  await s3.send(new PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } }))
  const plan = await makePlan([bucketPart(context)])
  expect(plan.obstacles[0]?.why).toContain('exists')
  expect((await apply(context, { adopt: true })).failures).toEqual([])
  expect((await apply(context)).step?.action).toBe('same')
})
