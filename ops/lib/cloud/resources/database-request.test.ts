import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mockedContext } from '../test-mocked.ts'
import {
  backupDays,
  databaseFacts,
  databaseRequest,
  daysInWords,
  finalSnapshot,
  fixedProperties,
  modifyRequest,
  whyNotStorage,
} from './database-request.ts'
import { stateOf } from './database-state.ts'

const { context } = mockedContext('/nowhere')

test('the database is made small, private, encrypted, protected, and with no bill that grows by itself', () => {
  expect(databaseRequest(context, 'sg-1', 'secret', [{ Key: 'Name', Value: 'wikiflow' }])).toEqual({
    DBInstanceIdentifier: 'wikiflow',
    DBName: 'wikiflow',
    Engine: 'postgres',
    EngineVersion: '18',
    DBInstanceClass: 'db.t4g.micro',
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
    EnablePerformanceInsights: false,
    EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
    DBParameterGroupName: 'wikiflow-postgres18',
    DBSubnetGroupName: 'wikiflow',
    VpcSecurityGroupIds: ['sg-1'],
    MasterUsername: 'wikiflow_owner',
    MasterUserPassword: 'secret',
    Tags: [{ Key: 'Name', Value: 'wikiflow' }],
  })
})

test('a change asks for nothing but what differs, and at once', () => {
  expect(modifyRequest(context, () => 'sg-1', ['backups', 'security groups'])).toEqual({
    DBInstanceIdentifier: 'wikiflow',
    ApplyImmediately: true,
    BackupRetentionPeriod: 7,
    VpcSecurityGroupIds: ['sg-1'],
  })
  expect(modifyRequest(context, () => 'sg-1', ['state', 'zone'])).toBeUndefined()
  expect(modifyRequest(context, () => 'sg-1', [])).toBeUndefined()
})

test('every property of the database can be set in place, or says why not', () => {
  for (const property of Object.keys(databaseFacts(context))) {
    const set = modifyRequest(context, () => 'sg-1', [property]) !== undefined
    expect([property, set || property === 'state']).toEqual([property, !(property in fixedProperties)])
  }
})

test('the Free plan keeps backups for one day at most, and none where none are asked for', () => {
  expect([0, 1, 7, 35].map(days => backupDays(days, 'free'))).toEqual([0, 1, 1, 1])
  expect([0, 35].map(days => backupDays(days, 'paid'))).toEqual([0, 35])
  expect(backupDays(7, undefined)).toBe(7)
  expect([0, 1, 7].map(daysInWords)).toEqual(['none', '1 day', '7 days'])
})

test('storage never shrinks, and grows by a tenth at least', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 1000 }), fc.integer({ min: 20, max: 1000 }), (found, wanted) => {
      const possible = wanted === found || wanted * 10 >= found * 11
      expect(whyNotStorage(found, wanted) === undefined).toBe(possible)
    }),
  )
  expect(whyNotStorage(30, 32)).toBe('RDS grows storage by a tenth at least: 33 GB or more')
})

test('a final snapshot is named after the second in which it is taken, as RDS allows names', () => {
  const name = finalSnapshot('wikiflow', new Date('2026-11-23T01:22:59.123Z'))
  expect(name).toBe('wikiflow-final-20261123-012259')
  expect(name).toMatch(/^[a-z](-?[a-z0-9])*$/)
})

test.each([
  ['available', 'running'],
  ['backing-up', 'running'],
  ['storage-optimization', 'running'],
  ['stopped', 'stopped'],
  ['creating', 'creating'],
  ['storage-full', 'storage-full'],
  [undefined, 'unknown'],
])('a database that is %s counts as %s', (status, state) => {
  expect(stateOf(status)).toBe(state)
})
