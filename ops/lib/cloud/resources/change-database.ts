import {
  type DBInstance,
  ModifyDBInstanceCommand,
  RebootDBInstanceCommand,
  StartDBInstanceCommand,
  StopDBInstanceCommand,
} from '@aws-sdk/client-rds'
import { UserError } from '../../script.ts'
import { type Context } from '../context.ts'
import { type Difference, type Work } from '../part.ts'
import { differencesOf } from '../plan.ts'
import { readFacts } from './database-facts.ts'
import { modifyRequest } from './database-request.ts'
import { remedy, waitSteady } from './database-state.ts'
import { refusalInWords } from './free-plan.ts'

/**
 * Makes the given properties of the database as they should be. A stopped database takes no changes, so it runs
 * for them: it is started before, and stopped after them.
 */
export async function changeDatabase(
  context: Context,
  differences: readonly Difference[],
  { refs, say }: Work,
): Promise<void> {
  const { names, cloud, power, stack } = context
  const { ec2, rds } = cloud
  const name = names.database
  const want = Object.fromEntries(differences.map(({ property, after }) => [property, after]))
  const full = 'storage' in want
  /** What still differs; it may be less than before RDS had finished what it was at. */
  const left = async (db: DBInstance) => {
    const facts = await readFacts(ec2, db)
    const properties = differencesOf({ want }, { id: name, ours: true, facts }).map(one => one.property)
    return properties.filter(property => property !== 'state')
  }
  const start = async () => {
    await rds.send(new StartDBInstanceCommand({ DBInstanceIdentifier: name }))
    return waitSteady(rds, name, say, { isDone: isRunning, full })
  }

  let db = await waitSteady(rds, name, say, { full })
  let properties = await left(db)
  if (!isRunning(db) && properties.length > 0) {
    db = await start()
    properties = await left(db)
  }
  if (db.DBInstanceStatus === 'storage-full' && !properties.includes('storage')) {
    throw new UserError(remedy(name, 'storage-full'))
  }
  const request = modifyRequest(context, () => refs('database-group').id, properties)
  if (request) {
    try {
      await rds.send(new ModifyDBInstanceCommand(request))
    } catch (error) {
      throw refusalInWords(error, stack)
    }
    const isDone = async (now: DBInstance) =>
      (await left(now)).every(property => property === 'parameter group') && !parametersAre('applying')(now)
    db = await waitSteady(rds, name, say, { isDone, full })
  }
  if (isRunning(db) && 'parameter group' in want && parametersAre('pending-reboot')(db)) {
    await rds.send(new RebootDBInstanceCommand({ DBInstanceIdentifier: name }))
    db = await waitSteady(rds, name, say, { isDone: now => !parametersAre('pending-reboot')(now) })
  }
  if (power === 'running' && !isRunning(db)) await start()
  if (power === 'stopped' && isRunning(db)) {
    await rds.send(new StopDBInstanceCommand({ DBInstanceIdentifier: name }))
    await waitSteady(rds, name, say, { isDone: now => !isRunning(now) })
  }
}

function isRunning({ DBInstanceStatus }: DBInstance): boolean {
  return DBInstanceStatus !== 'stopped'
}

function parametersAre(status: 'applying' | 'pending-reboot') {
  return ({ DBParameterGroups: [group] = [] }: DBInstance) => group?.ParameterApplyStatus === status
}
