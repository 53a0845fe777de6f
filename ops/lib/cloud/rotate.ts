import { type DBInstance, ModifyDBInstanceCommand } from '@aws-sdk/client-rds'
import { UserError } from '../script.ts'
import { type Context } from './context.ts'
import { readDatabase, waitSteady } from './resources/database-state.ts'
import { moveSecret, readOrMakeSecret, readSecret } from './secret-file.ts'
import { isOurs } from './tags.ts'

/** What a rotation came to: a new password, or the end of a rotation that was interrupted. */
type Rotation = 'rotated' | 'finished'

/** Whose password it is, and where it is kept. */
export type RotationTarget = Pick<Context, 'id' | 'names' | 'cloud' | 'files'>

/** @throws UserError when there is no database of this stack, or it stands still. */
export async function assertRotatable({ id, names, cloud }: RotationTarget): Promise<void> {
  const name = names.database
  const db = await readDatabase(cloud.rds, name)
  if (!db) {
    throw new UserError(
      `there is no database ${name} in ${id.region}: make the stack with npx zx ops/provision.ts`,
    )
  }
  if (!isOurs(id, 'database', db.TagList)) {
    throw new UserError(
      `the database ${name} in ${id.region} doesn't carry this stack's tags: its password stays as it is`,
    )
  }
  if (db.DBInstanceStatus === 'stopped') {
    throw new UserError(
      `the database ${name} is stopped, and takes no new password: npx zx ops/resume.ts starts it`,
    )
  }
}

/**
 * Gives the database a new master password. It is on this machine's disk before RDS hears of it, and takes the old
 * one's place only when it is in force: ended anywhere, the next run finishes with the same password. The old one
 * isn't needed, so a lost one is replaced this way too.
 * @throws UserError as `assertRotatable`.
 */
export async function rotateMasterPassword(
  target: RotationTarget,
  say: (progress: string) => void,
): Promise<Rotation> {
  await assertRotatable(target)
  const { rds } = target.cloud
  const { masterPassword, nextMasterPassword } = target.files
  const name = target.names.database
  const interrupted = (await readSecret(nextMasterPassword)) !== undefined
  const password = await readOrMakeSecret(nextMasterPassword)
  await waitSteady(rds, name, say)
  await rds.send(
    new ModifyDBInstanceCommand({
      DBInstanceIdentifier: name,
      MasterUserPassword: password,
      ApplyImmediately: true,
    }),
  )
  let quiet = 0
  // The first look may come before RDS has begun.
  await waitSteady(rds, name, say, { isDone: db => !isPending(db) && ++quiet > 1 })
  await moveSecret(nextMasterPassword, masterPassword)
  return interrupted ? 'finished' : 'rotated'
}

function isPending({ PendingModifiedValues }: DBInstance): boolean {
  return PendingModifiedValues?.MasterUserPassword !== undefined
}
