import { type DBInstance, DescribeDBInstancesCommand, type RDSClient } from '@aws-sdk/client-rds'
import { UserError } from '../../script.ts'
import { missing } from '../missing.ts'
import { type Look, waitUntil } from '../wait.ts'

/** Statuses in which a database answers (RDS user guide, "Viewing Amazon RDS DB instance status"). */
const serving = new Set([
  'available',
  'backing-up',
  'configuring-enhanced-monitoring',
  'configuring-iam-database-auth',
  'configuring-log-exports',
  'storage-config-upgrade',
  'storage-initialization',
  'storage-optimization',
])

/** Statuses that last, in which RDS takes orders. */
const steady = new Set(['available', 'storage-optimization', 'stopped'])

/** Statuses out of which a database doesn't come by itself. */
const stuck = /^(failed|storage-full|insufficient-capacity|restore-error|(inaccessible|incompatible)-.+)$/

/** A status as the plan shows it: `running`, `stopped`, or AWS's own word. */
export function stateOf(status: string | undefined): string {
  if (status && serving.has(status)) return 'running'
  return status ?? 'unknown'
}

/** Whether a database doesn't come right by itself. */
export function isStuck(status: string | undefined): boolean {
  return status !== undefined && stuck.test(status)
}

/** What is to be done about a database that doesn't come right by itself. */
export function remedy(database: string, status: string): string {
  const what = `database ${database} is ${status}`
  if (status === 'storage-full') {
    return `${what}: raise database.storageGb in wikiflow.config.ts by a tenth at least, and run the same command again`
  }
  const events = `\`aws rds describe-events --source-type db-instance --source-identifier ${database} --duration 1440\` says why`
  return `${what}, and RDS can't go on by itself: ${events}; when it can't be mended there, restore its last backup under another name`
}

/** The database as RDS shows it; undefined when there is none. */
export async function readDatabase(rds: RDSClient, name: string): Promise<DBInstance | undefined> {
  const answer = await missing(rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: name })))
  return answer?.DBInstances?.[0]
}

/** A first backup follows creation, and a large snapshot goes before removal: an hour is more than both take. */
const limitMs = 60 * 60_000

/** What else is waited for. */
type Steadiness = {
  /** What must hold besides. */
  isDone?: (db: DBInstance) => boolean | Promise<boolean>
  /** Whether a full disk is as good: it is about to grow. */
  full?: boolean
}

/**
 * Waits until RDS takes orders for a database.
 * @throws UserError for a database that doesn't come right by itself, that is gone, or takes more than an hour.
 */
export function waitSteady(
  rds: RDSClient,
  name: string,
  say: (progress: string) => void,
  { isDone = () => true, full = false }: Steadiness = {},
): Promise<DBInstance> {
  const look = async (): Promise<Look<DBInstance>> => {
    const db = await readDatabase(rds, name)
    if (!db) throw new UserError(`database ${name} is gone: run the same command again to make it anew`)
    const status = db.DBInstanceStatus ?? 'unknown'
    const settled = steady.has(status) || (full && status === 'storage-full')
    if (settled && (await isDone(db))) return { done: db }
    if (!settled && isStuck(status)) throw new UserError(remedy(name, status))
    // RDS says `available` for some seconds after it took an order.
    return { still: settled ? 'about to change' : status }
  }
  return waitUntil(look, { what: `database ${name}`, limitMs, say })
}

/** Waits until a database is gone. @throws UserError when that takes more than an hour. */
export function waitGone(rds: RDSClient, name: string, say: (progress: string) => void): Promise<true> {
  const look = async (): Promise<Look<true>> => {
    const db = await readDatabase(rds, name)
    return db ? { still: db.DBInstanceStatus ?? 'deleting' } : { done: true }
  }
  return waitUntil(look, { what: `database ${name}`, limitMs, say })
}
