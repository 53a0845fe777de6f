import { DescribeBudgetsCommand } from '@aws-sdk/client-budgets'
import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2'
import { ListInstanceProfilesCommand, ListRolesCommand } from '@aws-sdk/client-iam'
import {
  DescribeDBInstancesCommand,
  DescribeDBParameterGroupsCommand,
  DescribeDBSnapshotsCommand,
  DescribeDBSubnetGroupsCommand,
} from '@aws-sdk/client-rds'
import { ListBucketsCommand } from '@aws-sdk/client-s3'
import { type Cloud } from '../../ops/lib/cloud/cloud.ts'

/**
 * All that an account has in a region, whoever made it, as AWS describes it: one entry a thing, by kind and name.
 * What was terminated but is still listed doesn't count.
 */
export async function inventory(cloud: Cloud): Promise<Map<string, unknown>> {
  const { ec2, rds, iam, s3, budgets } = cloud
  const found = new Map<string, unknown>()
  const add = (kind: string, things: readonly object[] | undefined, name: string) => {
    for (const thing of things ?? []) {
      // It goes on with the clock.
      const { LatestRestorableTime, ...entry } = thing as Record<string, unknown>
      found.set(`${kind} ${entry[name]}`, entry)
    }
  }
  const instances = await ec2.send(new DescribeInstancesCommand())
  const live = (instances.Reservations ?? [])
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => !/terminated|shutting-down/.test(State?.Name ?? ''))
  add('instance', live, 'InstanceId')
  add('volume', (await ec2.send(new DescribeVolumesCommand())).Volumes, 'VolumeId')
  add('address', (await ec2.send(new DescribeAddressesCommand())).Addresses, 'AllocationId')
  add('group', (await ec2.send(new DescribeSecurityGroupsCommand())).SecurityGroups, 'GroupId')
  add('key', (await ec2.send(new DescribeKeyPairsCommand())).KeyPairs, 'KeyName')
  add('database', (await rds.send(new DescribeDBInstancesCommand())).DBInstances, 'DBInstanceIdentifier')
  // Automated ones come and go with their database.
  const snapshots = await rds.send(new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }))
  add('snapshot', snapshots.DBSnapshots, 'DBSnapshotIdentifier')
  const parameterGroups = await rds.send(new DescribeDBParameterGroupsCommand())
  add('parameter group', parameterGroups.DBParameterGroups, 'DBParameterGroupName')
  add(
    'subnet group',
    (await rds.send(new DescribeDBSubnetGroupsCommand())).DBSubnetGroups,
    'DBSubnetGroupName',
  )
  add('role', (await iam.send(new ListRolesCommand())).Roles, 'RoleName')
  const profiles = await iam.send(new ListInstanceProfilesCommand())
  add('instance profile', profiles.InstanceProfiles, 'InstanceProfileName')
  add('bucket', (await s3.send(new ListBucketsCommand())).Buckets, 'Name')
  const { Budgets } = await budgets.send(new DescribeBudgetsCommand({ AccountId: cloud.account }))
  add('budget', Budgets, 'BudgetName')
  return found
}
