import { type IpPermission, type SecurityGroupRule } from '@aws-sdk/client-ec2'
import { type Names } from '../../stack/names.ts'
import { type Stack } from '../../stack/schema.ts'

/** What a group lets through. */
export type Rule = {
  protocol: 'tcp' | 'udp' | 'all'
  /** Undefined for all. */
  port?: number
  /** An IPv4 network, or a group by its name. */
  peer: { cidr: string } | { group: string }
}

/** Ports that Docker Swarm's nodes use among themselves: management, gossip, and the overlay network. */
const swarmPorts = [
  { protocol: 'tcp', port: 2377 },
  { protocol: 'tcp', port: 7946 },
  { protocol: 'udp', port: 7946 },
  { protocol: 'udp', port: 4789 },
] as const

const everybody = '0.0.0.0/0'

/** What reaches the hosts: SSH from the operator, the dashboard as configured, Swarm from each other. */
export function hostInbound(stack: Stack, names: Names): Rule[] {
  const operator = [...new Set(stack.operator.cidrs.map(networkOf))]
  const readers = { operator, public: [everybody], tunnel: [] }[stack.dashboard.access]
  return [
    ...operator.map(cidr => ({ protocol: 'tcp', port: 22, peer: { cidr } }) as const),
    ...readers.map(cidr => ({ protocol: 'tcp', port: 80, peer: { cidr } }) as const),
    ...(stack.host.count > 1 ? swarmPorts : []).map(port => ({ ...port, peer: { group: names.hostGroup } })),
  ]
}

/** Where hosts may connect to: everywhere. Images, the stream, S3, and a Kafka elsewhere have no fixed networks. */
export const hostOutbound: readonly Rule[] = [{ protocol: 'all', peer: { cidr: everybody } }]

/** What reaches the database: PostgreSQL's port from the hosts. It connects to nothing. */
export function databaseInbound(names: Names): Rule[] {
  return [{ protocol: 'tcp', port: 5432, peer: { group: names.hostGroup } }]
}

/** A rule as the plan shows it: `tcp 22 from 203.0.113.7/32`, `all to 0.0.0.0/0`. */
export function ruleInWords({ protocol, port, peer }: Rule, direction: 'from' | 'to'): string {
  const what = port === undefined ? protocol : `${protocol} ${port}`
  return `${what} ${direction} ${'cidr' in peer ? peer.cidr : peer.group}`
}

/**
 * A rule of AWS's in the same words; whatever it lets through that no rule of ours does stands in them.
 * @param groupName the name of a group of ours, or its id where it is somebody else's.
 */
export function foundRuleInWords(rule: SecurityGroupRule, groupName: (id: string) => string): string {
  const protocol = rule.IpProtocol === '-1' ? 'all' : (rule.IpProtocol ?? '?')
  const { FromPort: from = -1, ToPort: to = -1 } = rule
  const ports = protocol === 'all' || from === -1 ? '' : from === to ? ` ${from}` : ` ${from}-${to}`
  const group = rule.ReferencedGroupInfo?.GroupId
  const peer = rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? (group ? groupName(group) : '?')
  return `${protocol}${ports} ${rule.IsEgress ? 'to' : 'from'} ${peer}`
}

/** A rule as EC2 takes it. @param groupId the id of the group of this name. */
export function permission({ protocol, port, peer }: Rule, groupId: (name: string) => string): IpPermission {
  return {
    IpProtocol: protocol === 'all' ? '-1' : protocol,
    ...(port === undefined ? {} : { FromPort: port, ToPort: port }),
    ...('cidr' in peer
      ? { IpRanges: [{ CidrIp: peer.cidr }] }
      : { UserIdGroupPairs: [{ GroupId: groupId(peer.group) }] }),
  }
}

/** The network that an address with a prefix length lies in, as EC2 writes it: 203.0.113.7/24 is 203.0.113.0/24. */
export function networkOf(cidr: string): string {
  const [address = '', length = '32'] = cidr.split('/')
  const bits = address.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0)
  const size = 2 ** (32 - Number(length))
  const first = Math.floor(bits / size) * size
  return `${[24, 16, 8, 0].map(shift => Math.floor(first / 2 ** shift) % 256).join('.')}/${length}`
}
