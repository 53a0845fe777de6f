import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { type Context } from '../context.ts'
import { partsOnMoto, provision } from '../test-moto.ts'
import { databaseGroupPart, hostGroupPart } from './security-groups.ts'

const { open } = partsOnMoto()
const partsOf = (context: Context) => [hostGroupPart(context), databaseGroupPart(context)]
const settled = { lines: ['same host-group', 'same database-group'], obstacles: [], failures: [] }
const ports = (port: number): IpPermission => ({ IpProtocol: 'tcp', FromPort: port, ToPort: port })

async function rulesOf(context: Context) {
  const found = await Promise.all(partsOf(context).map(part => part.find()))
  return found.map(group => ({ inbound: group?.facts.inbound, outbound: group?.facts.outbound }))
}

test('hosts are reached by the operator, the database by the hosts, and it connects to nothing', async () => {
  const context = await open({ name: 'made', operator: { cidrs: ['203.0.113.7/24', '198.51.100.1/32'] } })
  expect(await provision(context, partsOf(context))).toEqual({
    lines: ['create host-group', 'create database-group'],
    obstacles: [],
    failures: [],
  })
  expect(await rulesOf(context)).toEqual([
    {
      inbound: expect.toSatisfy(
        (rules: string[]) =>
          rules.toSorted().join() ===
          'tcp 22 from 198.51.100.1/32,tcp 22 from 203.0.113.0/24,tcp 80 from 198.51.100.1/32,tcp 80 from 203.0.113.0/24',
      ),
      outbound: ['all to 0.0.0.0/0'],
    },
    { inbound: ['tcp 5432 from made-host'], outbound: [] },
  ])
  expect(await provision(context, partsOf(context))).toEqual(settled)
})

test('doors that were opened by hand, of every kind, are shut; a door that was shut is opened', async () => {
  const context = await open({ name: 'opened' })
  const { ec2 } = context.cloud
  await provision(context, partsOf(context))
  const [host, database] = await Promise.all(partsOf(context).map(async part => (await part.find())?.id))
  if (!host || !database) throw new Error('the groups are missing')
  const other = await ec2.send(new CreateSecurityGroupCommand({ GroupName: 'theirs', Description: 'x' }))
  const theirs = { UserIdGroupPairs: [{ GroupId: other.GroupId }] }
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: host,
      IpPermissions: [
        { ...ports(22), IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
        { ...ports(22), Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
        { ...ports(9092), PrefixListIds: [{ PrefixListId: 'pl-0123456789abcdef0' }] },
        { ...ports(80), ...theirs },
        { IpProtocol: '-1', IpRanges: [{ CidrIp: '203.0.113.9/32' }] },
      ],
    }),
  )
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: database,
      IpPermissions: [
        { ...ports(5432), IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
        { ...ports(5432), ...theirs },
      ],
    }),
  )
  await ec2.send(
    new AuthorizeSecurityGroupEgressCommand({
      GroupId: database,
      IpPermissions: [{ IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] }],
    }),
  )
  await ec2.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: host,
      IpPermissions: [{ ...ports(22), IpRanges: [{ CidrIp: '203.0.113.7/32' }] }],
    }),
  )
  expect(await provision(context, partsOf(context))).toEqual({
    lines: ['change host-group: inbound (drift)', 'change database-group: inbound (drift), outbound (drift)'],
    obstacles: [],
    failures: [],
  })
  expect(await rulesOf(context)).toEqual([
    {
      inbound: expect.toSatisfy(
        (rules: string[]) =>
          rules.toSorted().join() === 'tcp 22 from 203.0.113.7/32,tcp 80 from 203.0.113.7/32',
      ),
      outbound: ['all to 0.0.0.0/0'],
    },
    { inbound: ['tcp 5432 from opened-host'], outbound: [] },
  ])
})

test('an operator who moved, a second host and a public dashboard are changes in place', async () => {
  const context = await open({ name: 'moved' })
  await provision(context, partsOf(context))
  const moved = await open({
    name: 'moved',
    operator: { cidrs: ['198.51.100.1/32'] },
    dashboard: { access: 'public' },
    host: { type: 't3.medium', count: 2, diskGb: 30 },
  })
  expect(await provision(moved, partsOf(moved))).toEqual({
    lines: ['change host-group: inbound (change)', 'same database-group'],
    obstacles: [],
    failures: [],
  })
  expect(await provision(moved, partsOf(moved))).toEqual(settled)
})

test("a group of this name that isn't ours stops the plan, stays, and can be adopted", async () => {
  const context = await open({ name: 'foreign' })
  const { ec2 } = context.cloud
  const made = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: context.names.hostGroup,
      Description: 'x',
      VpcId: context.around.vpc,
    }),
  )
  // As an adopted group may name itself, before it is known to be ours.
  await ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: made.GroupId,
      IpPermissions: [{ ...ports(2377), UserIdGroupPairs: [{ GroupId: made.GroupId }] }],
    }),
  )
  const two = await open({ name: 'foreign', host: { type: 't3.medium', count: 2, diskGb: 30 } })
  expect((await provision(two, partsOf(two))).obstacles).toEqual([
    expect.stringContaining(`${context.names.hostGroup} exists (${made.GroupId})`),
  ])
  expect((await provision(two, partsOf({ ...two, wanted: false }))).lines).toEqual([])
  expect(await provision(two, partsOf(two), { adopt: true })).toMatchObject({ obstacles: [], failures: [] })
  expect(await provision(two, partsOf(two))).toEqual(settled)
})

test('groups that name each other are removed, without knowing the network they stand in', async () => {
  const context = await open({ name: 'removed', host: { type: 't3.medium', count: 2, diskGb: 30 } })
  const { ec2 } = context.cloud
  await provision(context, partsOf(context))
  const [host, database] = await Promise.all(partsOf(context).map(async part => (await part.find())?.id))
  await ec2.send(
    new AuthorizeSecurityGroupEgressCommand({
      GroupId: host,
      IpPermissions: [{ ...ports(5432), UserIdGroupPairs: [{ GroupId: database }] }],
    }),
  )
  const gone = { ...context, wanted: false, around: { ...context.around, vpc: '', subnets: [] } }
  expect(await provision(context, partsOf(gone))).toEqual({
    lines: ['delete host-group', 'delete database-group'],
    obstacles: [],
    failures: [],
  })
  const left = (await ec2.send(new DescribeSecurityGroupsCommand())).SecurityGroups
  expect(left?.map(({ GroupId }) => GroupId)).not.toContain(host)
  expect(left?.map(({ GroupId }) => GroupId)).not.toContain(database)
})
