import { type DBInstance } from '@aws-sdk/client-rds'
import { elapsed } from '../../cloud/elapsed.ts'
import { readDatabase } from '../../cloud/resources/database-state.ts'
import { type Check, type Outcome } from '../check.ts'
import { type StackContext } from '../stack-context.ts'

/** RDS ships its log every five minutes; a quiet hour beyond that means that something stands still. */
const mostBehindMs = 3_600_000

/** Whether the database could be put back. */
export const backupsCheck: Check<Pick<StackContext, 'open'>> = {
  id: 'backups',
  title: 'backups',
  looksAt: 'RDS makes automated backups, and the database can be restored to a moment of the last hour',
  needs: ['region'],
  run: async ({ open }) => {
    const { context, cloud } = await open()
    const db = await readDatabase(cloud.rds, context.names.database)
    return judgeBackups(db, new Date())
  },
}

/** A database's backups. */
export function judgeBackups(
  db: Pick<DBInstance, 'BackupRetentionPeriod' | 'LatestRestorableTime' | 'DBInstanceStatus'> | undefined,
  now: Date,
): Outcome {
  if (!db) return { state: 'failed', found: 'there is no database', fix: 'npx zx ops/provision.ts' }
  const { BackupRetentionPeriod: days = 0, LatestRestorableTime: latest, DBInstanceStatus: status } = db
  if (days === 0) {
    return {
      state: 'failed',
      found: 'the database makes no backups',
      fix: 'set database.backupDays in wikiflow.config.ts, then npx zx ops/provision.ts',
    }
  }
  const kept = `kept for ${days} ${days === 1 ? 'day' : 'days'}`
  const log = 'The log is backed up by npx zx ops/backup.ts'
  if (!latest)
    return {
      state: 'warning',
      found: `${kept}; the first is not made yet (${status})`,
      fix: 'look again in half an hour',
    }
  const behind = now.getTime() - latest.getTime()
  const found = `${kept}; can be restored to ${latest.toISOString()}, ${elapsed(behind)} ago. ${log}`
  if (behind <= mostBehindMs || status === 'stopped') return { state: 'ok', found }
  return {
    state: 'warning',
    found,
    fix: 'aws rds describe-events --source-type db-instance --duration 1440 says why RDS makes none newer',
  }
}
