import { type DBInstance, ModifyDBInstanceCommand } from '@aws-sdk/client-rds'
import { UserError } from '../script.ts'
import { type Context } from './context.ts'
import { type Tag } from './part.ts'
import { readDatabase, waitSteady } from './resources/database-state.ts'
import { moveSecret, readOrMakeSecret, readSecret } from './secret-file.ts'
import { isOurs } from './tags.ts'

/** What a rotation came to: a new password, or the end of a rotation that was interrupted. */
type Rotation = 'rotated' | 'finished'

/**
 * Gives the database a new master password. It is on this machine's disk before RDS hears of it, and takes the old
 * one's place only when it is in force: ended anywhere, the next run finishes with the same password. The old one
 * isn't needed, so a lost one is replaced this way too.
 * @throws UserError when there is no database of this stack, or it stands still.
 */
export async function rotateMasterPassword(
  { id, names, cloud, files }: Pick<Context, 'id' | 'names' | 'cloud' | 'files'>,
  say: (progress: string) => void,
): Promise<Rotation> {
  const { rds } = cloud
  const name = names.database
  assertRotatable(await readDatabase(rds, name))
  const interrupted = (await readSecret(files.nextMasterPassword)) !== undefined
  const password = await readOrMakeSecret(files.nextMasterPassword)
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
  await moveSecret(files.nextMasterPassword, files.masterPassword)
  return interrupted ? 'finished' : 'rotated'

  function assertRotatable(db: DBInstance | undefined): void {
    if (!db) {
      throw new UserError(
        `there is no database ${name} in ${id.region}: make the stack with npx zx ops/provision.ts`,
      )
    }
    if (!isOurs(id, 'database', db.TagList as Tag[] | undefined)) {
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
}

function isPending({ PendingModifiedValues }: DBInstance): boolean {
  return PendingModifiedValues?.MasterUserPassword !== undefined
}
