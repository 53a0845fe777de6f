import { expect, test } from 'vitest'
import { type Facts, type Found, type Part } from '../../cloud/part.ts'
import { makePlan } from '../../cloud/plan.ts'
import { appliedMark } from '../../cloud/tags.ts'
import { judgeBackups } from './backups.ts'
import { exposuresOf } from './exposure.ts'
import { judgeMetadata } from './imdsv2.ts'
import { judgeResources } from './resources.ts'
import { outcomeOf } from './spend.ts'

/** A part as it should be, found with other facts. */
const part = (
  id: string,
  want: Facts,
  is: Found['facts'] | undefined,
  changes: Partial<Found> = {},
): Part => ({
  ...{ id, title: 'a thing', name: `wikiflow-${id}`, needs: [], wanted: true, want, fixed: {}, usage: [] },
  find: async () =>
    is && { id, ours: true, facts: { ...want, ...is }, applied: appliedMark(want), ...changes },
  create: async () => {},
  change: async () => {},
  tag: async () => {},
  remove: async () => {},
})
const v2 = 'IMDSv2 alone, hop limit 2'
const ssh = 'tcp 22 from 203.0.113.7/32'

test('what is open to the world and not described so is told; what is described so is not', async () => {
  const world = 'tcp 80 from 0.0.0.0/0'
  const plan = await makePlan([
    part(
      'host-group',
      { inbound: [ssh, world] },
      { inbound: [ssh, world, 'tcp 22 from ::/0', 'all from 0.0.0.0/0'] },
    ),
    part('database', { 'reachable from': 'the VPC' }, { 'reachable from': 'the internet' }),
    part('bucket', { 'public access': 'blocked' }, { 'public access': 'not blocked' }),
    part('host-1', { 'security groups': ['ours'] }, { 'security groups': ['ours', 'default'] }),
  ])
  expect(exposuresOf(plan)).toEqual([
    'wikiflow-host-group lets in tcp 22 from ::/0',
    'wikiflow-host-group lets in all from 0.0.0.0/0',
    'wikiflow-database, the database, has a public address',
    "wikiflow-bucket doesn't block public access",
    "wikiflow-host-1 is in the security group default, which isn't the stack's",
  ])
  const well = [
    part('host-group', { inbound: [world] }, {}),
    part('database', { 'reachable from': 'the VPC' }, {}),
  ]
  expect(exposuresOf(await makePlan(well))).toEqual([])
})

test('a host that gives its credentials by IMDSv1 too is failed, by its name', async () => {
  const loose = part('host-2', { metadata: v2 }, { metadata: 'IMDSv1 too, hop limit 2' })
  expect(judgeMetadata(await makePlan([part('host-1', { metadata: v2 }, {}), loose]))).toMatchObject({
    state: 'failed',
    found: `wikiflow-host-2: IMDSv1 too, hop limit 2, and should be: ${v2}`,
  })
  expect(judgeMetadata(await makePlan([part('host-1', { metadata: v2 }, {})])).found).toBe(
    `wikiflow-host-1: ${v2}`,
  )
  expect(judgeMetadata(await makePlan([part('host-1', { metadata: v2 }, undefined)])).state).toBe('failed')
})

test('what was changed by hand, or is missing, is told with the command that puts it right', async () => {
  const plan = await makePlan([
    part('bucket', { versioning: 'Enabled' }, { versioning: 'off' }),
    part('database', { class: 'a' }, undefined),
    part('role', {}, {}),
  ])
  expect(judgeResources(plan)).toMatchObject({
    state: 'failed',
    found:
      'a thing wikiflow-bucket was changed by hand\n  versioning  off → Enabled\na thing wikiflow-database is missing',
    fix: expect.stringContaining('provision.ts'),
  })
})

test('a paused stack is to be resumed, not made anew; one of which nothing is there is to be made', async () => {
  const paused = await makePlan([
    part('host-1', { state: 'running' }, { state: 'stopped' }),
    part('role', {}, {}),
  ])
  expect(judgeResources(paused).fix).toMatch(/resume\.ts/)
  expect(judgeResources(await makePlan([part('role', {}, undefined)]))).toMatchObject({
    found: 'none of 1 parts is there',
    fix: 'npx zx ops/provision.ts',
  })
  expect(judgeResources(await makePlan([part('role', {}, {})]))).toEqual({
    state: 'ok',
    found: '1 parts, all as described',
  })
})

test("a thing of another's stands in the way", async () => {
  const plan = await makePlan([part('bucket', {}, {}, { ours: false })])
  expect(judgeResources(plan)).toMatchObject({
    state: 'failed',
    found: expect.stringContaining("doesn't carry"),
  })
})

test('a database without backups, without a first one, or far behind, is told', () => {
  const now = new Date('2026-11-23T08:00:00Z')
  const at = (LatestRestorableTime: Date | undefined, days = 7, status = 'available') =>
    judgeBackups({ BackupRetentionPeriod: days, LatestRestorableTime, DBInstanceStatus: status }, now)
  expect(judgeBackups(undefined, now).state).toBe('failed')
  expect(at(now, 0)).toMatchObject({ state: 'failed', fix: expect.stringContaining('backupDays') })
  expect(at(undefined).state).toBe('warning')
  expect(at(new Date('2026-11-23T06:59:59Z')).state).toBe('warning')
  expect(at(new Date('2026-11-20T08:00:00Z'), 7, 'stopped').state).toBe('ok')
  expect(at(new Date('2026-11-23T07:56:00Z'), 1).found).toMatch(
    /^kept for 1 day; can be restored to 2026-11-23T07:56:00\.000Z, 4 min 00 s ago/,
  )
})

test('a credit that is used up or covers no three days fails; from 80 % on it is a warning', () => {
  const of = (level: number, short = false, atLeast = false) =>
    outcomeOf({ level, short, atLeast }, 'x').state
  expect([of(0), of(50), of(80), of(100), of(0, true), of(0, false, true)]).toEqual([
    'ok',
    'ok',
    'warning',
    'failed',
    'failed',
    'warning',
  ])
})
