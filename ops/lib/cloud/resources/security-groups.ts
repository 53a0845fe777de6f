import {
  CreateSecurityGroupCommand,
  type CreateSecurityGroupCommandInput,
  CreateTagsCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type SecurityGroup,
} from '@aws-sdk/client-ec2'
import { type Names } from '../../stack/names.ts'
import { type Context } from '../context.ts'
import { orExisting } from '../existing.ts'
import { type Facts, type Part, type Tag } from '../part.ts'
import { isOurs, stackTag, tagKeys, tagValue } from '../tags.ts'
import { untilShown } from '../until-shown.ts'
import { deleteGroup } from './delete-group.ts'
import {
  databaseInbound,
  foundRuleInWords,
  hostInbound,
  hostOutbound,
  type Rule,
  ruleInWords,
} from './security-rules.ts'
import { type ListedRule, revokeRules, rulesOf, setRules } from './set-rules.ts'

/** A group as it should be. */
type Group = {
  part: 'host-group' | 'database-group'
  title: string
  name: string
  needs: readonly string[]
  /** EC2 wants one, of letters and few signs, and never lets it be changed. */
  description: string
  inbound: readonly Rule[]
  outbound: readonly Rule[]
}

/** What reaches the hosts. */
export function hostGroupPart(context: Context): Part {
  return groupPart(context, {
    part: 'host-group',
    title: 'security group of the hosts',
    name: context.names.hostGroup,
    needs: [],
    description: 'wikiflow: hosts',
    inbound: hostInbound(context.stack, context.names),
    outbound: hostOutbound,
  })
}

/** What reaches the database: the hosts alone. */
export function databaseGroupPart(context: Context): Part {
  return groupPart(context, {
    part: 'database-group',
    title: 'security group of the database',
    name: context.names.databaseGroup,
    needs: ['host-group'],
    description: 'wikiflow: database',
    inbound: databaseInbound(context.names),
    outbound: [],
  })
}

/** How a group should be, as the plan shows it. */
export function groupFacts({ inbound, outbound }: Pick<Group, 'inbound' | 'outbound'>, vpc: string): Facts {
  return {
    network: vpc,
    inbound: inbound.map(rule => ruleInWords(rule, 'from')),
    outbound: outbound.map(rule => ruleInWords(rule, 'to')),
  }
}

/** What makes a group. EC2 adds a rule of its own to it: everything outwards. */
export function groupRequest(
  { name, description }: Pick<Group, 'name' | 'description'>,
  vpc: string,
  tags: readonly Tag[],
): CreateSecurityGroupCommandInput {
  return {
    GroupName: name,
    Description: description,
    VpcId: vpc,
    TagSpecifications: [{ ResourceType: 'security-group', Tags: [...tags] }],
  }
}

function groupPart({ id, names, around, cloud: { ec2 }, wanted }: Context, group: Group): Part {
  const isThis = ({ GroupName, Tags }: SecurityGroup) =>
    GroupName === group.name && isOurs(id, group.part, Tags)
  /** Groups of this stack. */
  const ourGroups = async () => {
    const filter = { Name: `tag:${tagKeys.stack}`, Values: [stackTag(id)] }
    return (await ec2.send(new DescribeSecurityGroupsCommand({ Filters: [filter] }))).SecurityGroups ?? []
  }
  const read = async (GroupId: string, ours: readonly SecurityGroup[]): Promise<ListedRule[]> => {
    const known = namesOfGroups(names, ours)
    const nameOf = (other: string) => (other === GroupId ? group.name : (known.get(other) ?? other))
    const rules = await rulesOf(ec2, GroupId)
    return rules.map(rule => ({ rule, words: foundRuleInWords(rule, nameOf) }))
  }
  return untilShown({
    id: group.part,
    title: group.title,
    name: group.name,
    needs: group.needs,
    wanted,
    want: groupFacts(group, around.vpc),
    fixed: { network: 'a group stays in the VPC where it was made' },
    usage: [],
    find: async () => {
      const ours = await ourGroups()
      const found = ours.find(isThis) ?? (wanted ? await foreign(ec2, group.name, around.vpc) : undefined)
      if (!found?.GroupId) return undefined
      const rules = await read(found.GroupId, ours)
      return {
        id: found.GroupId,
        ours: isThis(found),
        applied: tagValue(found.Tags, tagKeys.applied),
        facts: {
          network: found.VpcId ?? '?',
          inbound: rules.filter(({ rule }) => !rule.IsEgress).map(({ words }) => words),
          outbound: rules.filter(({ rule }) => rule.IsEgress).map(({ words }) => words),
        },
      }
    },
    create: async ({ tags }) => {
      await orExisting(ec2.send(new CreateSecurityGroupCommand(groupRequest(group, around.vpc, tags))))
    },
    change: async (found, differences, { refs }) => {
      const rules = await read(found.id, await ourGroups())
      const groupId = (name: string) => (name === group.name ? found.id : refs('host-group').id)
      for (const { property } of differences) {
        if (property !== 'inbound' && property !== 'outbound') continue
        await setRules(ec2, found.id, property, group[property], rules, groupId)
      }
    },
    tag: async (found, tags) => {
      await ec2.send(new CreateTagsCommand({ Resources: [found.id], Tags: [...tags] }))
    },
    remove: async (found, { say }) => {
      // Groups whose rules name each other can't be deleted.
      for (const { GroupId } of await ourGroups()) {
        if (!GroupId) continue
        const naming = (await rulesOf(ec2, GroupId)).filter(
          rule => rule.ReferencedGroupInfo?.GroupId === found.id,
        )
        await revokeRules(ec2, GroupId, naming)
      }
      await deleteGroup(ec2, found.id, say)
    },
  })
}

/** Names of this stack's groups by their ids: a group of the same name elsewhere isn't meant. */
function namesOfGroups(
  names: Names,
  ours: readonly SecurityGroup[],
): ReadonlyMap<string | undefined, string> {
  const known = { 'host-group': names.hostGroup, 'database-group': names.databaseGroup }
  return new Map(
    Object.entries(known).map(([part, name]) => [
      ours.find(({ Tags }) => tagValue(Tags, tagKeys.part) === part)?.GroupId,
      name,
    ]),
  )
}

async function foreign(ec2: EC2Client, name: string, vpc: string): Promise<SecurityGroup | undefined> {
  const { SecurityGroups } = await ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [
        { Name: 'group-name', Values: [name] },
        { Name: 'vpc-id', Values: [vpc] },
      ],
    }),
  )
  return SecurityGroups?.[0]
}
