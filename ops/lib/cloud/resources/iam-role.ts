import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  type CreateRoleCommandInput,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  PutRolePolicyCommand,
  paginateListAttachedRolePolicies,
  paginateListRolePolicies,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { type Context } from '../context.ts'
import { orExisting } from '../existing.ts'
import { documentInWords } from '../iam-policy.ts'
import { missing } from '../missing.ts'
import { type Facts, type Part, type Tag } from '../part.ts'
import { isOurs, tagKeys, tagValue } from '../tags.ts'
import { untilShown } from '../until-shown.ts'
import { hostPolicy, hostTrust } from './host-policy.ts'

/** The one inline policy of the role. */
const policyName = 'lake'

/** What the hosts may do on AWS. Policies that somebody added are drift, and are removed. */
export function rolePart({ id, names, cloud: { iam }, wanted }: Context): Part {
  const RoleName = names.role
  const settings: Record<string, () => Promise<unknown>> = {
    policy: () =>
      iam.send(
        new PutRolePolicyCommand({
          RoleName,
          PolicyName: policyName,
          PolicyDocument: JSON.stringify(hostPolicy(names.bucket)),
        }),
      ),
    trust: () =>
      iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: JSON.stringify(hostTrust()) })),
    'other policies': () => dropPolicies(iam, RoleName, [policyName]),
    'managed policies': () => detachPolicies(iam, RoleName),
  }
  return untilShown({
    id: 'role',
    title: 'IAM role',
    name: RoleName,
    needs: [],
    wanted,
    want: roleFacts,
    fixed: {},
    usage: [],
    find: async () => {
      const role = (await missing(iam.send(new GetRoleCommand({ RoleName }))))?.Role
      if (!role) return undefined
      const [own, inline, managed] = await Promise.all([
        missing(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: policyName }))),
        inlinePolicies(iam, RoleName),
        managedPolicies(iam, RoleName),
      ])
      return {
        id: role.Arn ?? RoleName,
        ours: isOurs(id, 'role', role.Tags),
        applied: tagValue(role.Tags, tagKeys.applied),
        facts: {
          trust: documentInWords(role.AssumeRolePolicyDocument, hostTrust()),
          policy: documentInWords(own?.PolicyDocument, hostPolicy(names.bucket)),
          'other policies': inline.filter(name => name !== policyName),
          'managed policies': managed,
        },
      }
    },
    create: async ({ tags }) => {
      await orExisting(iam.send(new CreateRoleCommand(roleRequest(RoleName, tags))))
    },
    change: async (_found, differences) => {
      for (const { property } of differences) await settings[property]?.()
    },
    tag: async (_found, tags) => {
      await iam.send(new TagRoleCommand({ RoleName, Tags: [...tags] }))
    },
    remove: async () => {
      await detachPolicies(iam, RoleName)
      await dropPolicies(iam, RoleName, [])
      await missing(iam.send(new DeleteRoleCommand({ RoleName })))
    },
  })
}

/** How the role should be, as the plan shows it. */
const roleFacts: Facts = {
  trust: 'as made',
  policy: 'as made',
  'other policies': [],
  'managed policies': [],
}

/** What makes the role; its policy needs a call of its own. */
export function roleRequest(RoleName: string, tags: readonly Tag[]): CreateRoleCommandInput {
  return {
    RoleName,
    Description: "wikiflow: hosts write and read the lake's objects",
    AssumeRolePolicyDocument: JSON.stringify(hostTrust()),
    Tags: [...tags],
  }
}

/** What gives a host its role. */
export function instanceProfilePart({ id, names, cloud: { iam }, wanted }: Context): Part {
  const InstanceProfileName = names.instanceProfile
  const read = async () =>
    (await missing(iam.send(new GetInstanceProfileCommand({ InstanceProfileName }))))?.InstanceProfile
  const dropRoles = async (keep?: string) => {
    for (const { RoleName } of (await read())?.Roles ?? []) {
      if (RoleName === keep) continue
      await missing(iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })))
    }
  }
  return untilShown({
    id: 'instance-profile',
    title: 'instance profile',
    name: InstanceProfileName,
    needs: ['role'],
    wanted,
    want: { role: names.role },
    fixed: {},
    usage: [],
    find: async () => {
      const profile = await read()
      if (!profile) return undefined
      return {
        id: profile.Arn ?? InstanceProfileName,
        ours: isOurs(id, 'instance-profile', profile.Tags),
        applied: tagValue(profile.Tags, tagKeys.applied),
        facts: { role: profile.Roles?.[0]?.RoleName ?? 'none' },
      }
    },
    create: async ({ tags }) => {
      await orExisting(iam.send(new CreateInstanceProfileCommand({ InstanceProfileName, Tags: [...tags] })))
    },
    change: async () => {
      // A profile holds one role: AWS says LimitExceeded when it is in already.
      await dropRoles(names.role)
      const add = new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: names.role })
      await orExisting(iam.send(add), 'LimitExceededException')
    },
    tag: async (_found, tags) => {
      await iam.send(new TagInstanceProfileCommand({ InstanceProfileName, Tags: [...tags] }))
    },
    remove: async () => {
      await dropRoles()
      await missing(iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName })))
    },
  })
}

async function inlinePolicies(client: IAMClient, RoleName: string): Promise<string[]> {
  const names: string[] = []
  for await (const page of paginateListRolePolicies({ client }, { RoleName })) {
    names.push(...(page.PolicyNames ?? []))
  }
  return names
}

async function managedPolicies(client: IAMClient, RoleName: string): Promise<string[]> {
  const arns: string[] = []
  for await (const page of paginateListAttachedRolePolicies({ client }, { RoleName })) {
    arns.push(...(page.AttachedPolicies ?? []).flatMap(({ PolicyArn }) => PolicyArn ?? []))
  }
  return arns
}

async function dropPolicies(iam: IAMClient, RoleName: string, keep: readonly string[]): Promise<void> {
  for (const PolicyName of await inlinePolicies(iam, RoleName)) {
    if (keep.includes(PolicyName)) continue
    await missing(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })))
  }
}

async function detachPolicies(iam: IAMClient, RoleName: string): Promise<void> {
  for (const PolicyArn of await managedPolicies(iam, RoleName)) {
    await missing(iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn })))
  }
}
