import { expect, test } from 'vitest'
import { callOf } from './aws-wire.ts'

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKIA/20261123/eu-west-1/${service}/aws4_request, SignedHeaders=host`,
})

test('a call on the wire has the name that policies give it', () => {
  const query = callOf(
    { method: 'POST', url: '/', headers: signed('ec2') },
    'Action=RunInstances&Version=2016-11-15',
  )
  expect(query).toEqual({ action: 'ec2:RunInstances', path: '/', changes: true })
  const json = callOf(
    {
      method: 'POST',
      url: '/',
      headers: { ...signed('budgets'), 'x-amz-target': 'AWSBudgetServiceGateway.DescribeBudget' },
    },
    '{}',
  )
  expect(json).toEqual({ action: 'budgets:DescribeBudget', path: '/', changes: false })
  const names = [
    ['PUT', '/bucket', 's3:CreateBucket', true],
    ['PUT', '/bucket/?lifecycle', 's3:PutLifecycleConfiguration', true],
    ['GET', '/bucket/?encryption', 's3:GetEncryptionConfiguration', false],
    ['HEAD', '/bucket', 's3:ListBucket', false],
    ['PUT', '/bucket/lock.json?x-id=PutObject', 's3:PutObject', true],
    ['POST', '/bucket/?delete', 's3:DeleteObjectVersion', true],
  ] as const
  for (const [method, url, action, changes] of names) {
    expect(callOf({ method, url, headers: signed('s3') }, '')).toMatchObject({ action, changes })
  }
})
