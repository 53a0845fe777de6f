import { type DBInstance, paginateDescribeDBSnapshots } from '@aws-sdk/client-rds'
import { type Cloud } from '../../ops/lib/cloud/cloud.ts'
import { readDatabase } from '../../ops/lib/cloud/resources/database-state.ts'
import { isOurs } from '../../ops/lib/cloud/tags.ts'
import { namesOf, type StackId } from '../../ops/lib/stack/names.ts'
import { hoursAMonth } from '../model.ts'
import { type HoursRun, hoursRun } from './hours.ts'
import { type Metered, nothing, type Reading } from './metered.ts'
import { dayMs, hourMs } from './metrics.ts'
import { readSurplus } from './surplus.ts'

/** The database as its bill needs it. */
export type Database = {
  name: string
  class: string
  gb: number
  /** `gp3`. */
  storage: string
  /** 2 with a standby in another zone: instance and storage cost twice. */
  copies: number
  created: Date
  running: boolean
  ran: HoursRun
}

/** RDS starts a stopped database by itself after so many days (RDS user guide, "Stopping a DB instance"). */
const standsDays = 7

/** The stack's database; undefined when there is none that is the stack's. */
export async function findLiveDatabase(cloud: Cloud, id: StackId, now: Date): Promise<Database | undefined> {
  const name = namesOf(id).database
  const db = await readDatabase(cloud.rds, name)
  if (!db || !isOurs(id, 'database', db.TagList)) return undefined
  const running = !/^stopp(ed|ing)$/.test(db.DBInstanceStatus ?? '')
  const created = db.InstanceCreateTime ?? now
  const cpu = { ...metric(name, 'CPUUtilization'), statistic: 'Average' } as const
  const stopped = running ? undefined : stoppedAt(db)
  return {
    name,
    class: db.DBInstanceClass ?? '?',
    gb: db.AllocatedStorage ?? 0,
    storage: db.StorageType ?? '?',
    copies: db.MultiAZ ? 2 : 1,
    created,
    running,
    ran: await hoursRun(cloud.cloudwatch, { created, running, stopped, cpu }, now),
  }
}

/** RDS tells when it will start again; it has stood still for the rest of seven days. */
function stoppedAt({ AutomaticRestartTime: restart }: DBInstance): Date | undefined {
  return restart && new Date(restart.getTime() - standsDays * dayMs)
}

/** The database's hours and storage, at the price of what it is now. */
export function meterDatabase(db: Database, now: Date): Metered[] {
  const { gb, copies, created, running, ran } = db
  const age = Math.max(0, now.getTime() - created.getTime()) / hourMs
  const monthly = running ? hoursAMonth : 0
  const twice = copies === 2 ? ', twice for its standby' : ''
  return [
    {
      item: `rds:${db.class}`,
      name: 'RDS instance',
      soFar: {
        quantity: ran.hours * copies,
        what: `${db.class}, ${ran.hours.toFixed(0)} h${twice}`,
        because: ran.because,
      },
      aMonth: { quantity: monthly * copies, what: `${db.class}, ${hoursAMonth} h${twice}` },
    },
    {
      item: `rds:${db.storage}`,
      name: 'RDS storage',
      soFar: {
        quantity: (gb * copies * age) / hoursAMonth,
        what: `${db.storage}, ${gb} GB, ${age.toFixed(0)} h${twice}`,
      },
      aMonth: { quantity: gb * copies, what: `${db.storage}, ${gb} GB${twice}` },
    },
  ]
}

/** CPU over the baseline: RDS's burstable classes are always unlimited. */
export async function readDatabaseSurplus(cloud: Cloud, db: Database, now: Date): Promise<Reading> {
  if (!/^db\.t\d/.test(db.class)) return nothing
  const burster = {
    item: db.class.startsWith('db.t4g.') ? 'rds:surplus-cpu' : 'rds:surplus-cpu-t3',
    name: 'CPU surplus, RDS',
    thing: db.name,
    created: db.created,
    running: db.running,
    metric: { ...metric(db.name, 'CPUSurplusCreditsCharged'), statistic: 'Sum' } as const,
  }
  return readSurplus(cloud.cloudwatch, burster, now)
}

/** Final snapshots of this and of earlier databases of the stack: they stay, and bill, when a database is removed. */
export async function readSnapshots(
  cloud: Cloud,
  id: StackId,
  db: Pick<Database, 'gb'> | undefined,
  now: Date,
): Promise<Metered[]> {
  const beginning = `${namesOf(id).database}-final-`
  const found: { gb: number; hours: number }[] = []
  for await (const { DBSnapshots } of paginateDescribeDBSnapshots(
    { client: cloud.rds },
    { SnapshotType: 'manual' },
  )) {
    for (const { DBSnapshotIdentifier: name, AllocatedStorage: gb = 0, SnapshotCreateTime } of DBSnapshots ??
      []) {
      const made = SnapshotCreateTime ?? now
      if (name?.startsWith(beginning)) found.push({ gb, hours: (now.getTime() - made.getTime()) / hourMs })
    }
  }
  if (found.length === 0) return []
  const gb = found.reduce((sum, one) => sum + one.gb, 0)
  const gbMonths = found.reduce((sum, one) => sum + one.gb * Math.max(0, one.hours), 0) / hoursAMonth
  // Backups as large as the storage of the databases that stand cost nothing.
  const share = Math.max(0, gb - (db?.gb ?? 0)) / Math.max(1, gb)
  const because = `at most: RDS tells the disks' sizes, not the snapshots' own${db ? `; ${db.gb} GB are free beside the database` : ''}`
  return [
    {
      item: 'rds:backup',
      name: 'RDS backups',
      soFar: { quantity: gbMonths * share, what: `${found.length} final snapshots, ${gb} GB`, because },
      aMonth: { quantity: gb * share, what: `${found.length} final snapshots, ${gb} GB`, because },
    },
  ]
}

function metric(name: string, what: string) {
  return { namespace: 'AWS/RDS', name: what, dimensions: { DBInstanceIdentifier: name } }
}
