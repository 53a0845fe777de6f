import { CreateSecurityGroupCommand, RunInstancesCommand } from '@aws-sdk/client-ec2'
import { CreateRoleCommand } from '@aws-sdk/client-iam'
import { CreateDBInstanceCommand } from '@aws-sdk/client-rds'
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { type Cloud } from '../../ops/lib/cloud/cloud.ts'

/** What another tool, and another stack, have in the account: nothing of ours may touch it. */
export async function furnish({ ec2, rds, iam, s3, region }: Cloud): Promise<void> {
  const tags = [{ Key: 'managed-by', Value: 'another tool' }]
  await s3.send(new CreateBucketCommand({ Bucket: `theirs-${region}`, ...location(region) }))
  await s3.send(new PutObjectCommand({ Bucket: `theirs-${region}`, Key: 'raw/theirs', Body: 'x' }))
  await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'theirs', Description: 'theirs' }))
  await ec2.send(
    new RunInstancesCommand({
      ImageId: 'ami-12c6146b',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications: [
        {
          ResourceType: 'instance',
          Tags: [
            { Key: 'Name', Value: 'other-host-1' },
            { Key: 'wikiflow:stack', Value: `other/${region}` },
            { Key: 'wikiflow:part', Value: 'host-1' },
          ],
        },
      ],
    }),
  )
  await rds.send(
    new CreateDBInstanceCommand({
      DBInstanceIdentifier: 'theirs',
      DBInstanceClass: 'db.t4g.micro',
      Engine: 'postgres',
      AllocatedStorage: 20,
      MasterUsername: 'theirs',
      MasterUserPassword: 'theirs-theirs',
      Tags: tags,
    }),
  )
  await iam
    .send(new CreateRoleCommand({ RoleName: 'theirs', AssumeRolePolicyDocument: '{}', Tags: tags }))
    .catch(() => {})
}

function location(region: string) {
  return region === 'us-east-1'
    ? {}
    : { CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' } }
}
