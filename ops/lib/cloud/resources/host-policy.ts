import { type Policy, policy } from '../iam-policy.ts'

/** Where the lake's objects stand in its bucket: `lakeKey` in `runtime/src/contract.ts`. */
const lakePrefix = 'raw/'

/**
 * What a host may do on AWS: put and read the lake's objects, and list them. Nothing is removed or changed, no
 * other prefix is read, and no other service is called.
 */
export function hostPolicy(bucket: string): Policy {
  const arn = `arn:aws:s3:::${bucket}`
  return policy(
    {
      Sid: 'LakeObjects',
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:GetObject'],
      Resource: `${arn}/${lakePrefix}*`,
    },
    {
      Sid: 'LakeList',
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: arn,
      // IfExists: asked for an object that isn't there, S3 looks for this right, with no prefix in the request, and
      // says 404 only to who has it. To others it says 403, and the lake couldn't tell "missing" from "forbidden".
      Condition: { StringLikeIfExists: { 's3:prefix': `${lakePrefix}*` } },
    },
  )
}

/** Who may take on the role: EC2 instances alone. */
export function hostTrust(): Policy {
  return policy({
    Sid: 'Hosts',
    Effect: 'Allow',
    Principal: { Service: 'ec2.amazonaws.com' },
    Action: 'sts:AssumeRole',
  })
}
