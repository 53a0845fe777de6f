import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  type EC2Client,
  type IpPermission,
  paginateDescribeSecurityGroupRules,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2'
import { orExisting } from '../existing.ts'
import { permission, type Rule, ruleInWords } from './security-rules.ts'

/** A rule as EC2 lists it, and in words. */
export type ListedRule = { rule: SecurityGroupRule; words: string }

/** Rules of a group, of both directions. */
export async function rulesOf(client: EC2Client, GroupId: string): Promise<SecurityGroupRule[]> {
  const rules: SecurityGroupRule[] = []
  const query = { Filters: [{ Name: 'group-id', Values: [GroupId] }] }
  for await (const page of paginateDescribeSecurityGroupRules({ client }, query)) {
    rules.push(...(page.SecurityGroupRules ?? []))
  }
  return rules
}

/**
 * Adds the rules of one direction that are missing, then revokes those that are too many: nobody who may reach the
 * group is cut off meanwhile.
 * @param groupId the id of the group of this name.
 */
export async function setRules(
  ec2: EC2Client,
  GroupId: string,
  direction: 'inbound' | 'outbound',
  wanted: readonly Rule[],
  listed: readonly ListedRule[],
  groupId: (name: string) => string,
): Promise<void> {
  const there = listed.filter(({ rule }) => rule.IsEgress === (direction === 'outbound'))
  const { add, revoke } = ruleSteps(wanted, there, direction)
  for (const rule of add) await authorize(ec2, GroupId, direction, [permission(rule, groupId)])
  await revokeRules(ec2, GroupId, revoke)
}

/** Which rules are to be added, and which rules of the list revoked. */
export function ruleSteps(
  wanted: readonly Rule[],
  there: readonly ListedRule[],
  direction: 'inbound' | 'outbound',
): { add: Rule[]; revoke: SecurityGroupRule[] } {
  const inWords = (rule: Rule) => ruleInWords(rule, direction === 'inbound' ? 'from' : 'to')
  const words = new Set(wanted.map(inWords))
  const standing = new Set(there.map(one => one.words))
  return {
    add: wanted.filter(rule => !standing.has(inWords(rule))),
    revoke: there.filter(one => !words.has(one.words)).map(({ rule }) => rule),
  }
}

/** Revokes rules of a group by their ids, so that it matters nothing what they let through. */
export async function revokeRules(
  ec2: EC2Client,
  GroupId: string,
  rules: readonly SecurityGroupRule[],
): Promise<void> {
  const ids = (egress: boolean) =>
    rules.flatMap(({ IsEgress, SecurityGroupRuleId }) =>
      IsEgress === egress && SecurityGroupRuleId ? [SecurityGroupRuleId] : [],
    )
  const [inbound, outbound] = [ids(false), ids(true)]
  if (inbound.length > 0) {
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: inbound }))
  }
  if (outbound.length > 0) {
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, SecurityGroupRuleIds: outbound }))
  }
}

async function authorize(
  ec2: EC2Client,
  GroupId: string,
  direction: 'inbound' | 'outbound',
  IpPermissions: IpPermission[],
): Promise<void> {
  const call =
    direction === 'inbound'
      ? ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }))
      : ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions }))
  await orExisting(call)
}
