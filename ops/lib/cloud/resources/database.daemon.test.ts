import { readFile, stat } from 'node:fs/promises'
import { CreateSecurityGroupCommand } from '@aws-sdk/client-ec2'
import {
  DescribeDBInstancesCommand,
  DescribeDBSnapshotsCommand,
  ModifyDBInstanceCommand,
  ModifyDBParameterGroupCommand,
  RemoveTagsFromResourceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds'
import { beforeAll, describe, expect, test } from 'vitest'
import { namesOf, type StackId } from '../../stack/names.ts'
import { type Context } from '../context.ts'
import { type Part } from '../part.ts'
import { testStack } from '../test-context.ts'
import { partsOnMoto, provision } from '../test-moto.ts'
import { standIn } from '../test-parts.ts'
import { databasePart } from './database.ts'
import { standingZone } from './host.ts'
import { parameterGroupPart } from './parameter-group.ts'
import { subnetGroupPart } from './subnet-group.ts'

const moto = partsOnMoto()
let context: Context
let group: Part

beforeAll(async () => {
  context = await moto.open()
  const { GroupId } = await context.cloud.ec2.send(
    new CreateSecurityGroupCommand({ GroupName: context.names.databaseGroup, Description: 'database' }),
  )
  group = standIn('database-group', GroupId ?? '')
})

/** Plans and applies; gives the lines that aren't `same`, then what stood against it or failed. */
const runParts = async (id: StackId, parts: Part[]) => {
  const { lines, obstacles, failures } = await provision({ id }, parts)
  return [...lines.filter(line => !line.startsWith('same ')), ...obstacles, ...failures]
}

const run = (changes: Partial<Context> = {}) => {
  const changed = { ...context, ...changes }
  const parts = [subnetGroupPart(changed), parameterGroupPart(changed), group, databasePart(changed)]
  return runParts(changed.id, parts)
}

const withDatabase = (database: Partial<Context['stack']['database']>) => ({
  stack: { ...testStack, database: { ...testStack.database, ...database } },
})

const theDatabase = async () => {
  const { DBInstances } = await context.cloud.rds.send(
    new DescribeDBInstancesCommand({ DBInstanceIdentifier: context.names.database }),
  )
  return DBInstances?.[0]
}

describe('a database', () => {
  test('is made with its groups, then nothing is to do', async () => {
    expect(await run()).toEqual(['create subnet-group', 'create parameter-group', 'create database'])
    expect((await databasePart(context).find())?.outputs).toMatchObject({
      endpoint: expect.stringMatching(/^wikiflow\..*rds\.amazonaws\.com$/),
      port: '5432',
    })
    expect(await run()).toEqual([])
    expect(await standingZone(context.cloud, context.id, context.names)).toBe(context.around.zone)
  })

  test('has a password that only this user can read', async () => {
    const { masterPassword } = context.files
    expect(await readFile(masterPassword, 'utf8')).toMatch(/^[\w-]{43}\n$/)
    expect((await stat(masterPassword)).mode & 0o777).toBe(0o600)
    expect((await stat(context.files.folder)).mode & 0o777).toBe(0o700)
  })

  test('that was changed by hand is repaired, and started for it when it stands still', async () => {
    const { rds } = context.cloud
    const { database, parameterGroup } = context.names
    await rds.send(
      new ModifyDBInstanceCommand({
        DBInstanceIdentifier: database,
        DeletionProtection: false,
        BackupRetentionPeriod: 0,
        PubliclyAccessible: true,
        MaxAllocatedStorage: 100,
        ApplyImmediately: true,
      }),
    )
    await rds.send(
      new ModifyDBParameterGroupCommand({
        DBParameterGroupName: parameterGroup,
        Parameters: [{ ParameterName: 'rds.force_ssl', ParameterValue: '0', ApplyMethod: 'immediate' }],
      }),
    )
    await rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: database }))
    expect(await run()).toEqual([
      'change parameter-group: parameters (drift)',
      'change database: storage growth (drift), reachable from (drift), backups (drift), deletion protection (drift), state (drift)',
    ])
    expect(await theDatabase()).toMatchObject({ DBInstanceStatus: 'available', DeletionProtection: true })
    expect(await run()).toEqual([])
  })

  test('gets another class and more storage in place', async () => {
    const larger = withDatabase({ class: 'db.t4g.small', storageGb: 30 })
    expect(await run(larger)).toEqual(['change database: class (change), storage (change)'])
    expect(await run(larger)).toEqual([])
  })

  test('can neither shrink nor grow by less than a tenth, and the plan says why', async () => {
    const problems = async (storageGb: number) => (await run(withDatabase({ storageGb }))).join()
    expect(await problems(20)).toContain('storage of RDS only grows, and it has 30 GB')
    expect(await problems(32)).toContain('RDS grows storage by a tenth at least: 33 GB or more')
  })

  test('keeps backups for one day on the Free plan', async () => {
    const around = { ...context.around, plan: 'free' } as const
    await run({ ...withDatabase({ class: 'db.t4g.small', storageGb: 30 }), around })
    expect(await theDatabase()).toMatchObject({ BackupRetentionPeriod: 1 })
  })

  test('is stopped, stays so, and starts again', async () => {
    const larger = withDatabase({ class: 'db.t4g.small', storageGb: 30 })
    expect(await run({ ...larger, power: 'stopped' })).toEqual([
      'change database: backups (change), state (change)',
    ])
    expect(await theDatabase()).toMatchObject({ DBInstanceStatus: 'stopped', BackupRetentionPeriod: 7 })
    expect(await run({ ...larger, power: 'stopped' })).toEqual([])
    expect(await run(larger)).toEqual(['change database: state (change)'])
  })

  test('of the same name that carries no tags of ours stops the run', async () => {
    const arn = (await theDatabase())?.DBInstanceArn
    const { rds } = context.cloud
    await rds.send(new RemoveTagsFromResourceCommand({ ResourceName: arn, TagKeys: ['wikiflow:stack'] }))
    expect((await run()).join()).toContain("wikiflow exists (wikiflow) and doesn't carry this stack's tags")
    const unwanted = databasePart({ ...context, wanted: false })
    expect(await runParts(context.id, [unwanted])).toEqual([])
    expect(await theDatabase()).toMatchObject({ DBInstanceStatus: 'available' })
  })

  test('that was stopped is removed although it is protected, and leaves a snapshot', async () => {
    const id = { ...context.id, name: 'wikiflow-two' }
    // The security group is the first one's: its name is what the database looks for.
    const two = { id, names: { ...namesOf(id), databaseGroup: context.names.databaseGroup } }
    await run({ ...two, power: 'stopped' })
    expect(await run({ ...two, wanted: false })).toEqual([
      'delete subnet-group',
      'delete parameter-group',
      'delete database',
    ])
    const { DBSnapshots } = await context.cloud.rds.send(
      new DescribeDBSnapshotsCommand({ SnapshotType: 'manual' }),
    )
    expect(DBSnapshots?.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier)).toEqual([
      expect.stringMatching(/^wikiflow-two-final-\d{8}-\d{6}$/),
    ])
  })
})
