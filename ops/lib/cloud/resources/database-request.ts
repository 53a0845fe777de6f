import { type CreateDBInstanceCommandInput, type ModifyDBInstanceCommandInput } from '@aws-sdk/client-rds'
import { type Context } from '../context.ts'
import { type Facts, type Tag } from '../part.ts'
import { type Surroundings } from '../surroundings.ts'

/** User that RDS makes; it owns the database and runs migrations. `admin` is a name that RDS keeps for itself. */
const masterUser = 'wikiflow_owner'
/** The one database on the server. */
const databaseName = 'wikiflow'
/** Major version of PostgreSQL; RDS takes its current minor one. */
const major = '18'

type Described = Pick<Context, 'stack' | 'names' | 'around' | 'power'>

/** How the database should be, as the plan shows it. */
export function databaseFacts({ stack, names, around, power }: Described): Facts {
  return {
    engine: `PostgreSQL ${major}`,
    class: stack.database.class,
    storage: storageInWords(stack.database.storageGb, 'gp3'),
    'storage growth': 'off',
    encryption: 'on',
    'reachable from': 'the VPC',
    zone: around.zone,
    standby: 'none',
    backups: daysInWords(backupDays(stack.database.backupDays, around.plan)),
    'snapshot tags': 'copied',
    'minor upgrades': 'automatic',
    'deletion protection': 'on',
    'performance insights': 'off',
    'parameter group': names.parameterGroup,
    'subnet group': names.subnetGroup,
    'security groups': [names.databaseGroup],
    'master user': masterUser,
    database: databaseName,
    state: power,
  }
}

/** Properties of a database that stay as they were made, and why. */
export const fixedProperties: Readonly<Record<string, string>> = {
  engine: 'another major version is an upgrade that has to be rehearsed, and there is no way back',
  encryption: 'RDS encrypts a database only when it is made',
  zone: 'RDS moves no database to another zone',
  'subnet group': 'RDS exchanges it only together with the VPC',
  'master user': 'RDS names it once and for all',
  database: 'RDS makes it once, with the server',
}

/** What a change of a property does besides. */
export function effectsOf(power: Context['power']): Record<string, string> {
  return {
    class: 'the database is away for some minutes',
    'parameter group': 'restarts the database',
    ...(power === 'stopped' ? { state: 'RDS starts it by itself after seven days' } : {}),
  }
}

/** Days that backups are kept: at most one on the Free plan, where RDS refuses more. */
export function backupDays(asked: number, plan: Surroundings['plan']): number {
  return plan === 'free' ? Math.min(asked, 1) : asked
}

/** `7 days`, `1 day`, `none`. */
export function daysInWords(days: number): string {
  return days === 0 ? 'none' : `${days} day${days === 1 ? '' : 's'}`
}

/** `20 GB gp3`. */
export function storageInWords(gb: number, type: string): string {
  return `${gb} GB ${type}`
}

/**
 * Why RDS can't give a database another size; undefined when it can. It never shrinks, and grows by a tenth at
 * least: less is rounded up (API reference, ModifyDBInstance, AllocatedStorage).
 */
export function whyNotStorage(foundGb: number, wantedGb: number): string | undefined {
  if (wantedGb < foundGb) return `storage of RDS only grows, and it has ${foundGb} GB`
  const least = Math.ceil(foundGb * 1.1)
  if (wantedGb > foundGb && wantedGb < least)
    return `RDS grows storage by a tenth at least: ${least} GB or more`
  return undefined
}

/** What makes the database. @param password of the master user; it stands in the request and nowhere else. */
export function databaseRequest(
  { stack, names, around }: Omit<Described, 'power'>,
  databaseGroup: string,
  password: string,
  tags: readonly Tag[],
): CreateDBInstanceCommandInput {
  return {
    DBInstanceIdentifier: names.database,
    DBName: databaseName,
    Engine: 'postgres',
    EngineVersion: major,
    DBInstanceClass: stack.database.class,
    AllocatedStorage: stack.database.storageGb,
    StorageType: 'gp3',
    StorageEncrypted: true,
    PubliclyAccessible: false,
    MultiAZ: false,
    AvailabilityZone: around.zone,
    BackupRetentionPeriod: backupDays(stack.database.backupDays, around.plan),
    CopyTagsToSnapshot: true,
    AutoMinorVersionUpgrade: true,
    DeletionProtection: true,
    EnablePerformanceInsights: false,
    // Otherwise a version past its end of life goes on by itself, for a fee by the hour.
    EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
    DBParameterGroupName: names.parameterGroup,
    DBSubnetGroupName: names.subnetGroup,
    VpcSecurityGroupIds: [databaseGroup],
    MasterUsername: masterUser,
    MasterUserPassword: password,
    Tags: [...tags],
  }
}

/** What makes the given properties as they should be; undefined when none of them is set by such a request. */
export function modifyRequest(
  { stack, names, around }: Omit<Described, 'power'>,
  databaseGroup: () => string,
  properties: readonly string[],
): ModifyDBInstanceCommandInput | undefined {
  const { storageGb } = stack.database
  const settings: Record<string, () => Partial<ModifyDBInstanceCommandInput>> = {
    class: () => ({ DBInstanceClass: stack.database.class }),
    storage: () => ({ AllocatedStorage: storageGb, StorageType: 'gp3' }),
    // A ceiling that equals the size turns growth off (RDS user guide, storage autoscaling).
    'storage growth': () => ({ MaxAllocatedStorage: storageGb }),
    'reachable from': () => ({ PubliclyAccessible: false }),
    standby: () => ({ MultiAZ: false }),
    backups: () => ({ BackupRetentionPeriod: backupDays(stack.database.backupDays, around.plan) }),
    'snapshot tags': () => ({ CopyTagsToSnapshot: true }),
    'minor upgrades': () => ({ AutoMinorVersionUpgrade: true }),
    'deletion protection': () => ({ DeletionProtection: true }),
    'performance insights': () => ({ EnablePerformanceInsights: false }),
    'parameter group': () => ({ DBParameterGroupName: names.parameterGroup }),
    'security groups': () => ({ VpcSecurityGroupIds: [databaseGroup()] }),
  }
  const parts = properties.map(property => settings[property]?.()).filter(part => part !== undefined)
  if (parts.length === 0) return undefined
  return Object.assign(
    { DBInstanceIdentifier: names.database, ApplyImmediately: true },
    ...parts,
  ) as ModifyDBInstanceCommandInput
}

/** Name of the snapshot that a removed database leaves: `wikiflow-final-20261123-0122-59`, in UTC. */
export function finalSnapshot(database: string, at: Date): string {
  const digits = at.toISOString().replace(/\D/g, '')
  return `${database}-final-${digits.slice(0, 8)}-${digits.slice(8, 14)}`
}
