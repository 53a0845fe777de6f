import {
  AddTagsToResourceCommand,
  CreateDBSubnetGroupCommand,
  type CreateDBSubnetGroupCommandInput,
  DBSubnetGroupAlreadyExistsFault,
  DeleteDBSubnetGroupCommand,
  DescribeDBSubnetGroupsCommand,
  ListTagsForResourceCommand,
  ModifyDBSubnetGroupCommand,
} from '@aws-sdk/client-rds'
import { type Context } from '../context.ts'
import { missing } from '../missing.ts'
import { type Part, type Tag } from '../part.ts'
import { isOurs, tagKeys, tagValue } from '../tags.ts'

/** The subnets in which RDS may put the database: all default ones, for it wants two zones at least. */
export function subnetGroupPart({ id, names, cloud, around, wanted }: Context): Part {
  const { rds } = cloud
  const name = names.subnetGroup
  const subnets = around.subnets.map(subnet => subnet.id)
  return {
    id: 'subnet-group',
    title: 'DB subnet group',
    name,
    needs: [],
    wanted,
    want: { subnets },
    fixed: {},
    usage: [],
    find: async () => {
      const answer = await missing(rds.send(new DescribeDBSubnetGroupsCommand({ DBSubnetGroupName: name })))
      const group = answer?.DBSubnetGroups?.[0]
      if (!group) return undefined
      const arn = group.DBSubnetGroupArn ?? ''
      const { TagList } = await rds.send(new ListTagsForResourceCommand({ ResourceName: arn }))
      return {
        id: arn,
        ours: isOurs(id, 'subnet-group', TagList),
        applied: tagValue(TagList, tagKeys.applied),
        facts: { subnets: (group.Subnets ?? []).flatMap(({ SubnetIdentifier }) => SubnetIdentifier ?? []) },
      }
    },
    create: async ({ tags }) => {
      try {
        await rds.send(new CreateDBSubnetGroupCommand(subnetGroupRequest(name, subnets, tags)))
      } catch (error) {
        // Made since it was looked for: whose it is, its tags say.
        if (!(error instanceof DBSubnetGroupAlreadyExistsFault)) throw error
      }
    },
    change: async () => {
      await rds.send(new ModifyDBSubnetGroupCommand({ DBSubnetGroupName: name, SubnetIds: subnets }))
    },
    tag: async (found, tags) => {
      await rds.send(new AddTagsToResourceCommand({ ResourceName: found.id, Tags: [...tags] }))
    },
    remove: async () => {
      await missing(rds.send(new DeleteDBSubnetGroupCommand({ DBSubnetGroupName: name })))
    },
  }
}

/** What makes a subnet group. */
export function subnetGroupRequest(
  name: string,
  subnets: readonly string[],
  tags: readonly Tag[],
): CreateDBSubnetGroupCommandInput {
  return {
    DBSubnetGroupName: name,
    DBSubnetGroupDescription: `Where the database of ${name} may stand`,
    SubnetIds: [...subnets],
    Tags: [...tags],
  }
}
