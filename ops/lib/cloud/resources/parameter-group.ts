import {
  AddTagsToResourceCommand,
  CreateDBParameterGroupCommand,
  DBParameterGroupAlreadyExistsFault,
  DeleteDBParameterGroupCommand,
  DescribeDBParameterGroupsCommand,
  ListTagsForResourceCommand,
  ModifyDBParameterGroupCommand,
  type Parameter,
  paginateDescribeDBParameters,
  type RDSClient,
  ResetDBParameterGroupCommand,
} from '@aws-sdk/client-rds'
import { type Context } from '../context.ts'
import { missing } from '../missing.ts'
import { type Part } from '../part.ts'
import { isOurs, tagKeys, tagValue } from '../tags.ts'

/** Settings of PostgreSQL that differ from RDS's own. */
const parameters: readonly Parameter[] = [
  // RDS's default from PostgreSQL 15 on; said here, so that nobody takes it back unseen.
  { ParameterName: 'rds.force_ssl', ParameterValue: '1', ApplyMethod: 'immediate' },
]

const family = 'postgres18'

/** The database's settings: no connection without TLS. */
export function parameterGroupPart({ id, names, cloud, wanted }: Context): Part {
  const { rds } = cloud
  const name = names.parameterGroup
  return {
    id: 'parameter-group',
    title: 'DB parameter group',
    name,
    needs: [],
    wanted,
    want: { family, parameters: parameters.map(inWords) },
    fixed: { family: "RDS can't change the family of a parameter group" },
    usage: [],
    find: async () => {
      const answer = await missing(
        rds.send(new DescribeDBParameterGroupsCommand({ DBParameterGroupName: name })),
      )
      const group = answer?.DBParameterGroups?.[0]
      if (!group) return undefined
      const arn = group.DBParameterGroupArn ?? ''
      const [{ TagList }, set] = await Promise.all([
        rds.send(new ListTagsForResourceCommand({ ResourceName: arn })),
        readParameters(rds, name),
      ])
      return {
        id: arn,
        ours: isOurs(id, 'parameter-group', TagList),
        applied: tagValue(TagList, tagKeys.applied),
        facts: { family: group.DBParameterGroupFamily, parameters: set.map(inWords) },
      }
    },
    create: async ({ tags }) => {
      const Description = 'Settings of PostgreSQL: no connection without TLS'
      try {
        await rds.send(
          new CreateDBParameterGroupCommand({
            DBParameterGroupName: name,
            DBParameterGroupFamily: family,
            Description,
            Tags: [...tags],
          }),
        )
      } catch (error) {
        // Made since it was looked for: whose it is, its tags say.
        if (!(error instanceof DBParameterGroupAlreadyExistsFault)) throw error
      }
    },
    change: async () => {
      const others = resets(await readParameters(rds, name))
      if (others.length > 0) {
        await rds.send(new ResetDBParameterGroupCommand({ DBParameterGroupName: name, Parameters: others }))
      }
      await rds.send(
        new ModifyDBParameterGroupCommand({ DBParameterGroupName: name, Parameters: [...parameters] }),
      )
    },
    tag: async (found, tags) => {
      await rds.send(new AddTagsToResourceCommand({ ResourceName: found.id, Tags: [...tags] }))
    },
    remove: async () => {
      await missing(rds.send(new DeleteDBParameterGroupCommand({ DBParameterGroupName: name })))
    },
  }
}

/** Which parameters go back to RDS's own value: those that were set by somebody else. */
export function resets(set: readonly Parameter[]): Parameter[] {
  return set
    .filter(({ ParameterName }) => !parameters.some(ours => ours.ParameterName === ParameterName))
    .map(({ ParameterName, ApplyType }) => ({
      ParameterName,
      // A static parameter takes effect at the next start, which the database part sees to.
      ApplyMethod: ApplyType === 'dynamic' ? 'immediate' : 'pending-reboot',
    }))
}

async function readParameters(rds: RDSClient, name: string): Promise<Parameter[]> {
  const set: Parameter[] = []
  // `user`: those that were set, of some four hundred.
  const pages = paginateDescribeDBParameters({ client: rds }, { DBParameterGroupName: name, Source: 'user' })
  for await (const { Parameters } of pages) set.push(...(Parameters ?? []))
  return set
}

function inWords({ ParameterName, ParameterValue }: Parameter): string {
  return `${ParameterName} = ${ParameterValue}`
}
