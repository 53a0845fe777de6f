import {
  DeleteDBInstanceCommand,
  ModifyDBInstanceCommand,
  type RDSClient,
  StartDBInstanceCommand,
} from '@aws-sdk/client-rds'
import { UserError } from '../../script.ts'
import { missing } from '../missing.ts'
import { finalSnapshot } from './database-request.ts'
import { isStuck, readDatabase, waitGone, waitSteady } from './database-state.ts'

/** States of which RDS takes no final snapshot (API reference, DeleteDBInstance). */
const snapless = new Set(['failed', 'incompatible-network', 'incompatible-restore'])

/**
 * Removes a database, leaving a snapshot of it unless told otherwise, and waits until it is gone. Its automated
 * backups go with it: they would cost on.
 * @throws UserError for a database in a state of which RDS takes no snapshot.
 */
export async function removeDatabase(
  rds: RDSClient,
  name: string,
  removal: { finalSnapshot: boolean },
  say: (progress: string) => void,
): Promise<void> {
  let db = await readDatabase(rds, name)
  if (db && db.DBInstanceStatus !== 'deleting') {
    if (removal.finalSnapshot && snapless.has(db.DBInstanceStatus ?? '')) {
      throw new UserError(
        `database ${name} is ${db.DBInstanceStatus}, and RDS takes no snapshot of it: mend it first, or give --no-final-snapshot and lose what it holds`,
      )
    }
    if (!isStuck(db.DBInstanceStatus)) db = await waitSteady(rds, name, say)
    if (db.DeletionProtection) await unprotect(rds, name, db.DBInstanceStatus, say)
    await missing(
      rds.send(
        new DeleteDBInstanceCommand({
          DBInstanceIdentifier: name,
          DeleteAutomatedBackups: true,
          ...(removal.finalSnapshot
            ? { FinalDBSnapshotIdentifier: finalSnapshot(name, new Date()) }
            : { SkipFinalSnapshot: true }),
        }),
      ),
    )
  }
  await waitGone(rds, name, say)
}

async function unprotect(
  rds: RDSClient,
  name: string,
  status: string | undefined,
  say: (progress: string) => void,
): Promise<void> {
  // A stopped database takes no changes, this one neither.
  if (status === 'stopped') {
    await rds.send(new StartDBInstanceCommand({ DBInstanceIdentifier: name }))
    await waitSteady(rds, name, say, { isDone: db => db.DBInstanceStatus !== 'stopped' })
  }
  const request = { DBInstanceIdentifier: name, DeletionProtection: false, ApplyImmediately: true }
  await rds.send(new ModifyDBInstanceCommand(request))
  if (isStuck(status)) return
  await waitSteady(rds, name, say, { isDone: db => !db.DeletionProtection })
}
