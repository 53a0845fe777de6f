import { type SecurityGroupRule } from '@aws-sdk/client-ec2'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { namesOf } from '../../stack/names.ts'
import { testStack } from '../test-context.ts'
import { groupFacts, groupRequest } from './security-groups.ts'
import {
  databaseInbound,
  foundRuleInWords,
  hostInbound,
  hostOutbound,
  networkOf,
  permission,
  type Rule,
  ruleInWords,
} from './security-rules.ts'
import { ruleSteps } from './set-rules.ts'

const names = namesOf({ name: 'wikiflow', region: 'us-east-1', account: '123456789012' })
const twoCidrs = { cidrs: ['203.0.113.7/32', '198.51.100.0/24'] }
const inWords = (rules: readonly Rule[]) => rules.map(rule => ruleInWords(rule, 'from'))

test.each([
  ['operator', ['tcp 80 from 203.0.113.7/32', 'tcp 80 from 198.51.100.0/24']],
  ['public', ['tcp 80 from 0.0.0.0/0']],
  ['tunnel', []],
] as const)("a dashboard for %s opens these doors, and SSH stays the operator's", (access, doors) => {
  const rules = hostInbound({ ...testStack, operator: twoCidrs, dashboard: { access } }, names)
  expect(inWords(rules)).toEqual(['tcp 22 from 203.0.113.7/32', 'tcp 22 from 198.51.100.0/24', ...doors])
})

test('hosts reach each other on the ports of Swarm, once there are two', () => {
  const two = {
    ...testStack,
    host: { ...testStack.host, count: 2 },
    dashboard: { access: 'tunnel' } as const,
  }
  expect(inWords(hostInbound(two, names))).toEqual([
    'tcp 22 from 203.0.113.7/32',
    'tcp 2377 from wikiflow-host',
    'tcp 7946 from wikiflow-host',
    'udp 7946 from wikiflow-host',
    'udp 4789 from wikiflow-host',
  ])
})

test('networks are written as EC2 writes them, each once, so that they are not drift for ever', () => {
  const operator = { cidrs: ['203.0.113.7/24', '203.0.113.200/24', '255.255.255.255/1'] }
  const rules = hostInbound({ ...testStack, operator, dashboard: { access: 'tunnel' } }, names)
  expect(inWords(rules)).toEqual(['tcp 22 from 203.0.113.0/24', 'tcp 22 from 128.0.0.0/1'])
})

test('the network of an address holds it, and is its own network', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 32 }), (address, length) => {
      const network = networkOf(`${address}/${length}`)
      const bits = (text: string) =>
        text
          .split('.')
          .map(byte => Number(byte).toString(2).padStart(8, '0'))
          .join('')
      const [first = ''] = network.split('/')
      expect(bits(first)).toBe(bits(address).slice(0, length).padEnd(32, '0'))
      expect(networkOf(network)).toBe(network)
    }),
  )
})

test('the database hears the hosts alone, and connects to nothing', () => {
  expect(groupFacts({ inbound: databaseInbound(names), outbound: [] }, 'vpc-1')).toEqual({
    network: 'vpc-1',
    inbound: ['tcp 5432 from wikiflow-host'],
    outbound: [],
  })
  expect(groupFacts({ inbound: [], outbound: hostOutbound }, 'vpc-1').outbound).toEqual(['all to 0.0.0.0/0'])
})

test.each<[SecurityGroupRule, string]>([
  [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIpv4: '0.0.0.0/0' }, 'tcp 22 from 0.0.0.0/0'],
  [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIpv6: '::/0' }, 'tcp 22 from ::/0'],
  [{ IpProtocol: 'tcp', FromPort: 22, ToPort: 23, CidrIpv4: '10.0.0.0/8' }, 'tcp 22-23 from 10.0.0.0/8'],
  [{ IpProtocol: 'tcp', FromPort: 0, ToPort: 65535, CidrIpv4: '10.0.0.0/8' }, 'tcp 0-65535 from 10.0.0.0/8'],
  [{ IpProtocol: '-1', FromPort: -1, ToPort: -1, CidrIpv4: '0.0.0.0/0' }, 'all from 0.0.0.0/0'],
  [{ IpProtocol: '-1', CidrIpv4: '0.0.0.0/0', IsEgress: true }, 'all to 0.0.0.0/0'],
  [{ IpProtocol: 'icmp', FromPort: -1, ToPort: -1, CidrIpv4: '10.0.0.0/8' }, 'icmp from 10.0.0.0/8'],
  [{ IpProtocol: '47', CidrIpv4: '10.0.0.0/8' }, '47 from 10.0.0.0/8'],
  [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, PrefixListId: 'pl-1' }, 'tcp 443 from pl-1'],
  [
    { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, ReferencedGroupInfo: { GroupId: 'sg-ours' } },
    'tcp 5432 from wikiflow-host',
  ],
  [
    { IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432, ReferencedGroupInfo: { GroupId: 'sg-theirs' } },
    'tcp 5432 from sg-theirs',
  ],
])('%o reads as "%s"', (rule, words) => {
  expect(foundRuleInWords(rule, id => (id === 'sg-ours' ? 'wikiflow-host' : id))).toBe(words)
})

test('what is asked of EC2 reads back as what was asked', () => {
  const groupId = (name: string) => `id of ${name}`
  expect(permission({ protocol: 'udp', port: 4789, peer: { group: 'wikiflow-host' } }, groupId)).toEqual({
    IpProtocol: 'udp',
    FromPort: 4789,
    ToPort: 4789,
    UserIdGroupPairs: [{ GroupId: 'id of wikiflow-host' }],
  })
  expect(permission({ protocol: 'all', peer: { cidr: '0.0.0.0/0' } }, groupId)).toEqual({
    IpProtocol: '-1',
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  })
})

test('only what is missing is added, and only what is too many revoked', () => {
  const listed = (id: string, words: string) => ({
    rule: { SecurityGroupRuleId: id, IsEgress: false },
    words,
  })
  const wanted = hostInbound({ ...testStack, dashboard: { access: 'operator' } }, names)
  const there = [listed('sgr-1', 'tcp 22 from 0.0.0.0/0'), listed('sgr-2', 'tcp 80 from 203.0.113.7/32')]
  const { add, revoke } = ruleSteps(wanted, there, 'inbound')
  expect(inWords(add)).toEqual(['tcp 22 from 203.0.113.7/32'])
  expect(revoke.map(rule => rule.SecurityGroupRuleId)).toEqual(['sgr-1'])
})

test('a group is tagged by the call that makes it', () => {
  const tags = [{ Key: 'wikiflow:stack', Value: 'wikiflow/us-east-1' }]
  expect(groupRequest({ name: 'g', description: 'wikiflow: hosts' }, 'vpc-1', tags)).toEqual({
    GroupName: 'g',
    Description: 'wikiflow: hosts',
    VpcId: 'vpc-1',
    TagSpecifications: [{ ResourceType: 'security-group', Tags: tags }],
  })
})
