import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DescribeSecurityGroupsCommand } from '@aws-sdk/client-ec2'
import {
  CreateDBInstanceCommand,
  type DBInstance,
  DBInstanceAlreadyExistsFault,
  DBInstanceNotFoundFault,
  DeleteDBInstanceCommand,
  DescribeDBInstancesCommand,
  ModifyDBInstanceCommand,
  RebootDBInstanceCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { type Context } from '../context.ts'
import { type Found, type Work } from '../part.ts'
import { differencesOf } from '../plan.ts'
import { tagsOf } from '../tags.ts'
import { awsError, mockedContext } from '../test-mocked.ts'
import { databasePart } from './database.ts'

let folder: string
let said: string[]
let work: Work

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: new Date('2026-11-23T01:22:59Z') })
  folder = mkdtempSync(join(tmpdir(), 'wikiflow-database-'))
  said = []
  const refs = (id: string): Found => ({ id: `${id}-id`, ours: true, facts: {} })
  work = { refs, tags: [{ Key: 'Name', Value: 'wikiflow' }], say: text => void said.push(text) }
})

afterEach(() => {
  vi.useRealTimers()
  rmSync(folder, { recursive: true })
})

/** Lets the clock run until a promise settles. */
async function inTime<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  await vi.runAllTimersAsync()
  return promise
}

/**
 * RDS with one database. `looks` are what it shows, look after look, each on top of those before; the last one
 * stays. `asked` is what is asked of it, without what only reads.
 */
function withDatabase(looks: DBInstance[], changes: Partial<Context> = {}) {
  const mocked = mockedContext(folder, changes)
  const { context, rds, ec2 } = mocked
  const part = databasePart(context)
  let db: DBInstance | undefined = {
    DBInstanceIdentifier: 'wikiflow',
    DBInstanceStatus: 'available',
    DBInstanceClass: 'db.t4g.micro',
    Engine: 'postgres',
    EngineVersion: '18.1',
    AllocatedStorage: 20,
    StorageType: 'gp3',
    StorageEncrypted: true,
    PubliclyAccessible: false,
    MultiAZ: false,
    AvailabilityZone: 'us-east-1b',
    BackupRetentionPeriod: 7,
    CopyTagsToSnapshot: true,
    AutoMinorVersionUpgrade: true,
    DeletionProtection: true,
    MasterUsername: 'wikiflow_owner',
    DBName: 'wikiflow',
    DBParameterGroups: [{ DBParameterGroupName: 'wikiflow-postgres18', ParameterApplyStatus: 'in-sync' }],
    DBSubnetGroup: { DBSubnetGroupName: 'wikiflow' },
    VpcSecurityGroups: [{ VpcSecurityGroupId: 'sg-1', Status: 'active' }],
    TagList: tagsOf(context.id, part),
  }
  const show = (...more: DBInstance[]) => {
    looks.splice(0, looks.length, ...more)
    return {}
  }
  ec2.on(DescribeSecurityGroupsCommand).resolves({
    SecurityGroups: [{ GroupId: 'sg-1', GroupName: 'wikiflow-database' }],
  })
  rds.on(DescribeDBInstancesCommand).callsFake(() => {
    if (!db) throw new DBInstanceNotFoundFault({ message: 'gone', $metadata: {} })
    db = { ...db, ...looks.shift() }
    return { DBInstances: [db] }
  })
  rds
    .on(StartDBInstanceCommand)
    .callsFake(() => show({ DBInstanceStatus: 'starting' }, { DBInstanceStatus: 'available' }))
  rds
    .on(StopDBInstanceCommand)
    .callsFake(() => show({}, { DBInstanceStatus: 'stopping' }, { DBInstanceStatus: 'stopped' }))
  rds.on(ModifyDBInstanceCommand).callsFake(({ ApplyImmediately: _at, ...request }) =>
    // RDS is `available` for a while with the old values, before and after it is `modifying`.
    show({}, { DBInstanceStatus: 'modifying' }, {}, { DBInstanceStatus: 'available' }, request),
  )
  rds.on(DeleteDBInstanceCommand).callsFake(() => {
    db = undefined
    return {}
  })
  const asked = () =>
    rds
      .calls()
      .map(({ args }) => {
        const { DBInstanceIdentifier: _id, ...input } = args[0].input as Record<string, unknown>
        return [args[0].constructor.name.replace('Command', ''), input] as const
      })
      .filter(([name]) => name !== 'DescribeDBInstances')
  const change = async () => {
    const found = await part.find()
    if (!found) throw new Error('there is no database')
    await inTime(part.change(found, differencesOf(part, found), work))
    return differencesOf(part, (await part.find()) ?? found)
  }
  const remove = async () => {
    const found = await part.find()
    if (found) await inTime(part.remove(found, work))
  }
  return { ...mocked, part, show, asked, change, remove }
}

describe('making the database', () => {
  test('writes the password down before RDS hears of it, and shows it nowhere else', async () => {
    const { context, rds } = mockedContext(folder)
    let onDisk = ''
    rds.on(CreateDBInstanceCommand).callsFake(() => {
      onDisk = readFileSync(context.files.masterPassword, 'utf8').trim()
      throw new Error('killed')
    })
    const part = databasePart(context)
    await expect(part.create(work)).rejects.toThrow('killed')
    const [first] = rds.commandCalls(CreateDBInstanceCommand)
    expect(onDisk).toMatch(/^[\w-]{43}$/)
    expect(first?.args[0].input.MasterUserPassword).toBe(onDisk)
    expect(JSON.stringify([part.want, said])).not.toContain(onDisk)
    await expect(part.create(work)).rejects.toThrow('killed')
    expect(rds.commandCalls(CreateDBInstanceCommand)[1]?.args[0].input.MasterUserPassword).toBe(onDisk)
  })

  test('leaves it to the tags whose it is, when it was made since it was looked for', async () => {
    const { context, rds } = mockedContext(folder)
    const exists = new DBInstanceAlreadyExistsFault({ message: 'DB instance already exists', $metadata: {} })
    rds.on(CreateDBInstanceCommand).rejects(exists)
    await expect(databasePart(context).create(work)).resolves.toBeUndefined()
  })

  test('says what the Free plan allows when RDS refuses the backups asked for', async () => {
    const { context, rds } = mockedContext(folder)
    rds
      .on(CreateDBInstanceCommand)
      .rejects(
        awsError(
          'FreeTierRestrictionError',
          'The specified backup retention period exceeds the maximum available to free tier customers.',
        ),
      )
    await expect(databasePart(context).create(work)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(/one day at most, and database\.backupDays is 7: set it to 1/),
    })
  })

  test.each([
    ['FreeTierRestrictionError', 'The specified instance class is not available to free tier customers.'],
    ['InsufficientDBInstanceCapacity', 'no db.t4g.micro in us-east-1b'],
  ])('passes other refusals on as they are: %s, %s', async (name, message) => {
    const { context, rds } = mockedContext(folder)
    rds.on(CreateDBInstanceCommand).rejects(awsError(name, message))
    await expect(databasePart(context).create(work)).rejects.toMatchObject({ name, message })
  })

  test('takes minutes, and says so; the zone that RDS does not know yet is no difference', async () => {
    const creating = { DBInstanceStatus: 'creating', AvailabilityZone: undefined }
    const { part, change, asked } = withDatabase([
      ...Array.from({ length: 20 }, () => creating),
      { DBInstanceStatus: 'backing-up', AvailabilityZone: 'us-east-1b' },
      { DBInstanceStatus: 'available' },
    ])
    const found = await part.find()
    expect(found && differencesOf(part, found).map(({ property }) => property)).toEqual(['state'])
    expect(await change()).toEqual([])
    expect(said[0]).toBe('creating')
    expect(said).toContain('creating, 3 min')
    expect(asked()).toEqual([])
  })

  test.each([
    ['failed', /is failed, and RDS can't go on by itself.*aws rds describe-events/],
    ['incompatible-network', /is incompatible-network/],
    ['storage-full', /raise database\.storageGb/],
  ])('ends with a sentence when it comes out as %s', async (status, sentence) => {
    const { change } = withDatabase([
      { DBInstanceStatus: 'creating' },
      { DBInstanceStatus: 'creating' },
      { DBInstanceStatus: status },
    ])
    await expect(change()).rejects.toThrow(sentence)
  })

  test('ends after an hour, saying that it goes on', async () => {
    const { change } = withDatabase([{ DBInstanceStatus: 'creating' }])
    await expect(change()).rejects.toThrow('database wikiflow is still creating after 60 min: run the same')
  })
})

describe('a database that is there', () => {
  test('is not taken for done while RDS shows the old values and is available', async () => {
    const { change, asked } = withDatabase([{ DBInstanceClass: 'db.t4g.small', BackupRetentionPeriod: 1 }])
    expect(await change()).toEqual([])
    expect(asked()).toEqual([
      [
        'ModifyDBInstance',
        { ApplyImmediately: true, DBInstanceClass: 'db.t4g.micro', BackupRetentionPeriod: 7 },
      ],
    ])
    expect(said).toEqual(['about to change', 'modifying', 'modifying', 'about to change'])
  })

  test('that stands still runs for a change, and stands still again when the stack is paused', async () => {
    const looks = [{ DBInstanceStatus: 'stopped', DeletionProtection: false }]
    const { change, asked } = withDatabase(looks, { power: 'stopped' })
    expect(await change()).toEqual([])
    expect(asked().map(([name]) => name)).toEqual(['StartDBInstance', 'ModifyDBInstance', 'StopDBInstance'])
  })

  test('is restarted when a parameter waits for it', async () => {
    const waiting = [{ DBParameterGroupName: 'wikiflow-postgres18', ParameterApplyStatus: 'pending-reboot' }]
    const synced = [{ DBParameterGroupName: 'wikiflow-postgres18', ParameterApplyStatus: 'in-sync' }]
    const { change, asked, rds, show } = withDatabase([{ DBParameterGroups: waiting }])
    rds
      .on(RebootDBInstanceCommand)
      .callsFake(() =>
        show(
          {},
          { DBInstanceStatus: 'rebooting' },
          { DBInstanceStatus: 'available', DBParameterGroups: synced },
        ),
      )
    expect(await change()).toEqual([])
    expect(asked().map(([name]) => name)).toContain('RebootDBInstance')
  })

  test('whose disk is full grows, and says so when it is not meant to', async () => {
    const { storageGb, ...rest } = mockedContext(folder).context.stack.database
    const stack = { ...mockedContext(folder).context.stack, database: { ...rest, storageGb: storageGb * 2 } }
    const full = { DBInstanceStatus: 'storage-full' }
    const grown = withDatabase([full, full, full], { stack })
    grown.rds
      .on(ModifyDBInstanceCommand)
      .callsFake(() => grown.show({}, { DBInstanceStatus: 'available', AllocatedStorage: 40 }))
    expect(await grown.change()).toEqual([])
    await expect(withDatabase([full, full]).change()).rejects.toThrow('raise database.storageGb')
  })

  test('that somebody is deleting is waited for, then made anew', async () => {
    const { part, rds, show } = withDatabase([{ DBInstanceStatus: 'deleting' }])
    const found = await part.find()
    const gone = new DBInstanceNotFoundFault({ message: 'gone', $metadata: {} })
    const living = { DBInstances: [{ DBInstanceIdentifier: 'wikiflow', DBInstanceStatus: 'available' }] }
    show()
    rds.on(DescribeDBInstancesCommand).rejects(gone)
    rds.on(CreateDBInstanceCommand).callsFake(() => {
      rds.on(DescribeDBInstancesCommand).resolves(living)
      return {}
    })
    const state = { property: 'state', before: 'deleting', after: 'running', kind: 'drift' } as const
    if (found) await inTime(part.change(found, [state], work))
    expect(rds.commandCalls(CreateDBInstanceCommand)).toHaveLength(1)
  })
})

describe('removing the database', () => {
  test('takes its protection off and leaves a snapshot, but no automated backups that cost on', async () => {
    const { remove, asked } = withDatabase([])
    await remove()
    expect(asked()).toEqual([
      ['ModifyDBInstance', { ApplyImmediately: true, DeletionProtection: false }],
      [
        'DeleteDBInstance',
        {
          DeleteAutomatedBackups: true,
          FinalDBSnapshotIdentifier: expect.stringMatching(/^wikiflow-final-/),
        },
      ],
    ])
  })

  test('starts one that is stopped, for it could not be unprotected otherwise', async () => {
    const { remove, asked } = withDatabase([{ DBInstanceStatus: 'stopped' }])
    await remove()
    expect(asked().map(([name]) => name)).toEqual(['StartDBInstance', 'ModifyDBInstance', 'DeleteDBInstance'])
  })

  test('leaves no snapshot when told so', async () => {
    const removal = { finalSnapshot: false, purge: false }
    const { remove, asked } = withDatabase([{ DeletionProtection: false }], { removal })
    await remove()
    expect(asked()).toEqual([['DeleteDBInstance', { DeleteAutomatedBackups: true, SkipFinalSnapshot: true }]])
  })

  test('only waits for one that is being deleted already', async () => {
    const { part, rds, asked } = withDatabase([{ DBInstanceStatus: 'deleting' }])
    const found = await part.find()
    const removal = found && part.remove(found, work)
    await vi.advanceTimersByTimeAsync(120_000)
    rds
      .on(DescribeDBInstancesCommand)
      .rejects(new DBInstanceNotFoundFault({ message: 'gone', $metadata: {} }))
    await vi.runAllTimersAsync()
    await removal
    expect(asked()).toEqual([])
    expect(said).toContain('deleting, 1 min')
  })

  test('refuses to lose a failed one without being told to', async () => {
    const failed = { DBInstanceStatus: 'failed', DeletionProtection: false }
    const { remove, asked } = withDatabase([failed])
    await expect(remove()).rejects.toThrow('give --no-final-snapshot and lose what it holds')
    expect(asked()).toEqual([])
    const removal = { finalSnapshot: false, purge: false }
    const told = withDatabase([failed], { removal })
    await told.remove()
    expect(told.asked()).toHaveLength(1)
  })
})
