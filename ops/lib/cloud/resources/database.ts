import {
  AddTagsToResourceCommand,
  CreateDBInstanceCommand,
  type DBInstance,
  DBInstanceAlreadyExistsFault,
} from '@aws-sdk/client-rds'
import { databaseUsage } from '../../../../cost/model.ts'
import { type Context } from '../context.ts'
import { type Found, type Part, type Work } from '../part.ts'
import { readOrMakeSecret } from '../secret-file.ts'
import { type AwsTags, isOurs, tagKeys, tagValue } from '../tags.ts'
import { changeDatabase } from './change-database.ts'
import { readFacts } from './database-facts.ts'
import {
  databaseFacts,
  databaseRequest,
  effectsOf,
  fixedProperties,
  whyNotStorage,
} from './database-request.ts'
import { readDatabase, waitGone } from './database-state.ts'
import { refusalInWords } from './free-plan.ts'
import { removeDatabase } from './remove-database.ts'

/** RDS PostgreSQL, with the master password made here before anything is asked of RDS. */
export function databasePart(context: Context): Part {
  const { stack, id, names, cloud, files, wanted, power, removal } = context
  const { ec2, rds } = cloud
  const name = names.database

  const create = async ({ refs, tags }: Work) => {
    const password = await readOrMakeSecret(files.masterPassword)
    const request = databaseRequest(context, refs('database-group').id, password, tags)
    try {
      await rds.send(new CreateDBInstanceCommand(request))
    } catch (error) {
      // Made since it was looked for: whose it is, its tags say.
      if (error instanceof DBInstanceAlreadyExistsFault) return
      throw refusalInWords(error, stack)
    }
  }

  return {
    id: 'database',
    title: 'RDS PostgreSQL',
    name,
    needs: ['subnet-group', 'parameter-group', 'database-group'],
    wanted,
    want: databaseFacts(context),
    fixed: fixedProperties,
    effects: effectsOf(power),
    holds: 'everything that was counted',
    usage: databaseUsage(stack.database.class, stack.database.storageGb),
    find: async () => {
      const db = await readDatabase(rds, name)
      if (!db) return undefined
      const why = whyNotStorage(db.AllocatedStorage ?? 0, stack.database.storageGb)
      const found = asFound(db, await readFacts(ec2, db), tags => isOurs(id, 'database', tags))
      return { ...found, ...(why && { fixed: { storage: why } }) }
    },
    create,
    change: async (found, differences, work) => {
      if (found.facts.state === 'deleting') {
        await waitGone(rds, name, work.say)
        await create(work)
      }
      await changeDatabase(context, differences, work)
    },
    tag: async (found, tags) => {
      await rds.send(new AddTagsToResourceCommand({ ResourceName: found.outputs?.arn, Tags: [...tags] }))
    },
    remove: (_found, { say }) => removeDatabase(rds, name, removal, say),
  }
}

function asFound(db: DBInstance, facts: Found['facts'], ours: (tags: AwsTags) => boolean): Found {
  const { Address, Port } = db.Endpoint ?? {}
  return {
    id: db.DBInstanceIdentifier ?? '',
    ours: ours(db.TagList),
    applied: tagValue(db.TagList, tagKeys.applied),
    facts,
    outputs: {
      arn: db.DBInstanceArn ?? '',
      // RDS gives an address once the server runs.
      ...(Address ? { endpoint: Address, port: String(Port ?? 5432) } : {}),
    },
  }
}
