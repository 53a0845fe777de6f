import { DescribeSecurityGroupsCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { type DBInstance } from '@aws-sdk/client-rds'
import { type Fact } from '../part.ts'
import { daysInWords, storageInWords } from './database-request.ts'
import { stateOf } from './database-state.ts'

/** A database's properties in the words of `databaseFacts`; undefined is what RDS doesn't know yet. */
export async function readFacts(ec2: EC2Client, db: DBInstance): Promise<Record<string, Fact | undefined>> {
  const groups = (db.VpcSecurityGroups ?? [])
    .filter(({ Status }) => Status !== 'removing')
    .flatMap(({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? [])
  return factsOf(db, await namesOfGroups(ec2, groups))
}

function factsOf(db: DBInstance, securityGroups: readonly string[]): Record<string, Fact | undefined> {
  const { AllocatedStorage: gb = 0, MaxAllocatedStorage: ceiling } = db
  return {
    engine: `${db.Engine === 'postgres' ? 'PostgreSQL' : db.Engine} ${db.EngineVersion?.split('.')[0]}`,
    class: db.DBInstanceClass,
    storage: storageInWords(gb, db.StorageType ?? ''),
    'storage growth': ceiling === undefined || ceiling <= gb ? 'off' : `to ${ceiling} GB`,
    encryption: db.StorageEncrypted ? 'on' : 'off',
    'reachable from': db.PubliclyAccessible ? 'the internet' : 'the VPC',
    zone: db.AvailabilityZone,
    standby: db.MultiAZ ? 'in another zone' : 'none',
    backups: daysInWords(db.BackupRetentionPeriod ?? 0),
    'snapshot tags': db.CopyTagsToSnapshot ? 'copied' : 'not copied',
    'minor upgrades': db.AutoMinorVersionUpgrade ? 'automatic' : 'by hand',
    'deletion protection': db.DeletionProtection ? 'on' : 'off',
    'performance insights': db.PerformanceInsightsEnabled ? 'on' : 'off',
    'parameter group': parameterGroupInWords(db),
    'subnet group': db.DBSubnetGroup?.DBSubnetGroupName,
    'security groups': securityGroups,
    'master user': db.MasterUsername,
    database: db.DBName ?? 'none',
    state: stateOf(db.DBInstanceStatus),
  }
}

function parameterGroupInWords({ DBParameterGroups: [group] = [] }: DBInstance): string | undefined {
  if (!group) return undefined
  const waits = group.ParameterApplyStatus === 'pending-reboot' ? ', from its next start on' : ''
  return `${group.DBParameterGroupName}${waits}`
}

async function namesOfGroups(ec2: EC2Client, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [...ids] }))
  return (SecurityGroups ?? []).map(({ GroupId, GroupName }) => GroupName ?? GroupId ?? '')
}
