import {
  AddRoleToInstanceProfileCommand,
  AttachRolePolicyCommand,
  CreateInstanceProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListInstanceProfilesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam'
import { expect, test } from 'vitest'
import { type Context } from '../context.ts'
import { partsOnMoto, provision } from '../test-moto.ts'
import { hostPolicy } from './host-policy.ts'
import { instanceProfilePart, rolePart } from './iam-role.ts'

const { open } = partsOnMoto()
const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
})
const anybody = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }],
})

/** A managed policy; moto has none of AWS's own. */
async function attachEverything(iam: IAMClient, RoleName: string): Promise<void> {
  const made = await iam.send(
    new CreatePolicyCommand({ PolicyName: `everything-${RoleName}`, PolicyDocument: everything }),
  )
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: made.Policy?.Arn }))
}

const partsOf = (context: Context) => [rolePart(context), instanceProfilePart(context)]
const settled = { lines: ['same role', 'same instance-profile'], obstacles: [], failures: [] }

test('the role and its profile are made with one policy, and then nothing is to do', async () => {
  const context = await open({ name: 'made' })
  expect(await provision(context, partsOf(context))).toEqual({
    lines: ['create role', 'create instance-profile'],
    obstacles: [],
    failures: [],
  })
  const found = await context.cloud.iam.send(
    new GetRolePolicyCommand({ RoleName: context.names.role, PolicyName: 'lake' }),
  )
  expect(JSON.parse(decodeURIComponent(found.PolicyDocument ?? ''))).toEqual(hostPolicy(context.names.bucket))
  expect(await provision(context, partsOf(context))).toEqual(settled)
})

test('rights that somebody gave the hosts by hand are taken back', async () => {
  const context = await open({ name: 'widened' })
  const { iam } = context.cloud
  const RoleName = context.names.role
  await provision(context, partsOf(context))
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'lake', PolicyDocument: everything }))
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'debug', PolicyDocument: everything }))
  await attachEverything(iam, RoleName)
  await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument: anybody }))
  await iam.send(
    new RemoveRoleFromInstanceProfileCommand({
      InstanceProfileName: context.names.instanceProfile,
      RoleName,
    }),
  )
  expect(await provision(context, partsOf(context))).toEqual({
    lines: [
      'change role: trust (drift), policy (drift), other policies (drift), managed policies (drift)',
      'change instance-profile: role (drift)',
    ],
    obstacles: [],
    failures: [],
  })
  expect(await provision(context, partsOf(context))).toEqual(settled)
})

test("another role in the hosts' profile is exchanged for ours", async () => {
  const context = await open({ name: 'exchanged' })
  const { iam } = context.cloud
  const InstanceProfileName = context.names.instanceProfile
  await provision(context, partsOf(context))
  await iam.send(new CreateRoleCommand({ RoleName: 'admin', AssumeRolePolicyDocument: anybody }))
  await iam.send(
    new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName: context.names.role }),
  )
  await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName: 'admin' }))
  expect((await provision(context, partsOf(context))).failures).toEqual([])
  expect(await provision(context, partsOf(context))).toEqual(settled)
})

test("a role and a profile of these names that aren't ours stop the plan, stay, and can be adopted", async () => {
  const context = await open({ name: 'foreign' })
  const { iam } = context.cloud
  await iam.send(new CreateRoleCommand({ RoleName: context.names.role, AssumeRolePolicyDocument: anybody }))
  await iam.send(new CreateInstanceProfileCommand({ InstanceProfileName: context.names.instanceProfile }))
  const { obstacles } = await provision(context, partsOf(context))
  expect(obstacles).toEqual([
    expect.stringContaining(`IAM role ${context.names.role} exists`),
    expect.stringContaining(`instance profile ${context.names.instanceProfile} exists`),
  ])
  expect((await provision(context, partsOf({ ...context, wanted: false }))).lines).toEqual([])
  const adopted = await provision(context, partsOf(context), { adopt: true })
  expect(adopted).toMatchObject({ obstacles: [], failures: [] })
  expect(await provision(context, partsOf(context))).toEqual(settled)
})

test('profile and role are removed with whatever hangs on them', async () => {
  const context = await open({ name: 'removed' })
  const { iam } = context.cloud
  await provision(context, partsOf(context))
  const RoleName = context.names.role
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'debug', PolicyDocument: everything }))
  await attachEverything(iam, RoleName)
  const gone = { ...context, wanted: false }
  expect(await provision(context, partsOf(gone))).toEqual({
    lines: ['delete role', 'delete instance-profile'],
    obstacles: [],
    failures: [],
  })
  const roles = (await iam.send(new ListRolesCommand())).Roles?.map(role => role.RoleName)
  const profiles = (await iam.send(new ListInstanceProfilesCommand())).InstanceProfiles
  expect(roles).not.toContain(RoleName)
  expect(profiles?.map(profile => profile.InstanceProfileName)).not.toContain(context.names.instanceProfile)
  expect((await provision(context, partsOf(gone))).lines).toEqual([])
})
