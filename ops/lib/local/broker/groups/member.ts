/** One of the ways of assigning that a member offers, with its subscription in bytes that only members read. */
export type Protocol = { name: string; metadata: Buffer }

/** Kafka's names, as DescribeGroups gives them. */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable'

export type JoinRequest = {
  memberId: string
  clientId: string
  clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocolType: string
  protocols: Protocol[]
  /** A member without an id is told one and joins again with it (JoinGroup 4 and up). */
  asksForId: boolean
}

export type SyncRequest = {
  memberId: string
  generation: number
  assignments: readonly { memberId: string; assignment: Buffer }[]
}

export type JoinResult = {
  errorCode: number
  generation: number
  protocol: string
  leader: string
  memberId: string
  members: { memberId: string; metadata: Buffer }[]
}

export type SyncResult = { errorCode: number; assignment: Buffer }

/** The answer to a join that isn't one. */
export function joinRefusal(errorCode: number, memberId: string): JoinResult {
  return { errorCode, generation: -1, protocol: '', leader: '', memberId, members: [] }
}

/** The answer to a sync that brings no assignment. */
export function syncRefusal(errorCode: number): SyncResult {
  return { errorCode, assignment: Buffer.alloc(0) }
}

/** A member of a group. While a reply is owed to it, it is waiting and can't time out. */
export type Member = {
  id: string
  clientId: string
  clientHost: string
  sessionTimeoutMs: number
  rebalanceTimeoutMs: number
  protocols: Protocol[]
  assignment: Buffer
  /** When it is given up unless it is heard of before, in ms of the group's clock. */
  deadlineMs: number
  joining: ((result: JoinResult) => void) | undefined
  syncing: ((result: SyncResult) => void) | undefined
}

/** Whether two offers are the same, so that joining again changes nothing. */
export function sameProtocols(a: readonly Protocol[], b: readonly Protocol[]): boolean {
  return (
    a.length === b.length &&
    a.every((one, n) => one.name === b[n]?.name && one.metadata.equals(b[n]?.metadata))
  )
}

/** Names of the protocols that all members offer. */
export function commonProtocols(members: Iterable<Pick<Member, 'protocols'>>): Set<string> {
  const offers = [...members].map(member => new Set(member.protocols.map(one => one.name)))
  const [first, ...rest] = offers
  return new Set([...(first ?? [])].filter(name => rest.every(offer => offer.has(name))))
}

/** The protocol most members prefer among those that all offer; on a tie, the one that was offered first. */
export function chooseProtocol(members: readonly Pick<Member, 'protocols'>[]): string {
  const common = commonProtocols(members)
  const votes = new Map([...common].map(name => [name, 0]))
  for (const { protocols } of members) {
    const favourite = protocols.find(one => common.has(one.name))?.name
    if (favourite !== undefined) votes.set(favourite, (votes.get(favourite) ?? 0) + 1)
  }
  return [...votes].sort((a, b) => b[1] - a[1])[0]?.[0] ?? ''
}

/** What a member offers under the chosen protocol. */
export function metadataOf(member: Pick<Member, 'protocols'>, protocol: string): Buffer {
  return member.protocols.find(one => one.name === protocol)?.metadata ?? Buffer.alloc(0)
}
