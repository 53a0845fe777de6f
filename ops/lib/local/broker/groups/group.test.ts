import { describe, expect, it } from 'vitest'
import { errors } from '../protocol/errors.ts'
import { Group } from './group.ts'
import { type JoinRequest, type JoinResult, type SyncResult } from './member.ts'

/** A group with a clock that a test moves, and members who remember what they were answered. */
function testGroup(initialDelayMs = 100) {
  let now = 0
  let ids = 0
  const group = new Group({ initialDelayMs, newMemberId: clientId => `${clientId}-${++ids}` })
  /** Lets time pass, doing what is due on the way. */
  const pass = (ms: number) => {
    const until = now + ms
    for (;;) {
      const due = group.nextDeadline()
      if (due === undefined || due > until) break
      now = Math.max(now, due)
      group.tick(now)
    }
    now = until
  }
  const join = (memberId: string, options: Partial<JoinRequest> = {}) => {
    const answers: JoinResult[] = []
    const request = {
      memberId,
      clientId: 'worker',
      clientHost: '/127.0.0.1',
      sessionTimeoutMs: 1_000,
      rebalanceTimeoutMs: 3_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Buffer.from('a') }],
      asksForId: false,
      ...options,
    }
    group.join(request, now, answer => answers.push(answer))
    return answers
  }
  const sync = (memberId: string, generation: number, assignments: Record<string, string> = {}) => {
    const answers: SyncResult[] = []
    const given = Object.entries(assignments).map(([id, text]) => ({
      memberId: id,
      assignment: Buffer.from(text),
    }))
    group.sync({ memberId, generation, assignments: given }, now, answer => answers.push(answer))
    return answers
  }
  const heartbeat = (memberId: string, generation: number) => group.heartbeat({ memberId, generation }, now)
  const commit = (memberId: string, generation: number) => group.mayCommit({ memberId, generation }, now)
  const leave = (memberId: string) => group.leave(memberId, now)

  /** Two members in generation 1, `worker-1` the leader, assigned `one` and `two`. */
  const settled = () => {
    join('')
    join('')
    pass(200)
    sync('worker-2', 1)
    sync('worker-1', 1, { 'worker-1': 'one', 'worker-2': 'two' })
  }
  return { group, pass, join, sync, heartbeat, commit, leave, settled }
}

describe('joining', () => {
  it('waits a little for others, then makes the first one the leader, who is told of all', () => {
    const { group, join, pass } = testGroup()
    const one = join('')
    pass(60)
    const two = join('')
    pass(60)
    expect([one, two]).toEqual([[], []])
    pass(40)
    expect(one).toMatchObject([{ errorCode: 0, generation: 1, leader: 'worker-1', memberId: 'worker-1' }])
    expect(one[0]?.members.map(member => member.memberId)).toEqual(['worker-1', 'worker-2'])
    expect(two).toMatchObject([{ generation: 1, leader: 'worker-1', memberId: 'worker-2', members: [] }])
    expect(group.state).toBe('CompletingRebalance')
  })

  it('stops waiting for more when the first one’s rebalance timeout is over', () => {
    const { join, pass } = testGroup(1_000)
    const first = join('')
    for (let n = 0; n < 10; n++) {
      pass(900)
      join('')
    }
    expect(first[0]?.members).toHaveLength(4)
  })

  it('tells a member its id before it lets it in, and forgets one that does not come back', () => {
    const { group, join, pass, heartbeat } = testGroup()
    const told = join('', { asksForId: true })
    expect(told).toMatchObject([{ errorCode: errors.memberIdRequired, memberId: 'worker-1' }])
    expect(heartbeat('worker-1', 0)).toBe(errors.unknownMemberId)
    const joined = join('worker-1')
    pass(200)
    expect(joined).toMatchObject([{ errorCode: 0, memberId: 'worker-1' }])
    join('', { asksForId: true })
    pass(1_000)
    expect(join('worker-2')).toMatchObject([{ errorCode: errors.unknownMemberId }])
    expect(group.members).toHaveLength(0)
  })

  it('refuses a member that shares no protocol with the others, or is of another kind, or offers none', () => {
    const { join, settled } = testGroup()
    settled()
    const refused = [{ errorCode: errors.inconsistentGroupProtocol }]
    expect(join('', { protocols: [{ name: 'sticky', metadata: Buffer.alloc(0) }] })).toMatchObject(refused)
    expect(join('', { protocolType: 'connect' })).toMatchObject(refused)
    expect(join('', { protocols: [] })).toMatchObject(refused)
  })

  it('chooses the protocol that all offer and most prefer', () => {
    const { join, pass } = testGroup()
    const offer = (...names: string[]) => ({
      protocols: names.map(name => ({ name, metadata: Buffer.from(name) })),
    })
    const leader = join('', offer('new', 'sticky', 'range'))
    join('', offer('range', 'sticky'))
    join('', offer('range', 'sticky'))
    pass(400)
    expect(leader).toMatchObject([{ protocol: 'range' }])
    expect(leader[0]?.members.map(member => String(member.metadata))).toEqual(['range', 'range', 'range'])
  })
})

describe('a settled group', () => {
  it('gives each member what the leader assigned, late askers too', () => {
    const { join, sync, pass, group } = testGroup()
    join('')
    join('')
    pass(200)
    const early = sync('worker-2', 1)
    expect(early).toEqual([])
    const leader = sync('worker-1', 1, { 'worker-1': 'one', 'worker-2': 'two' })
    expect(String(leader[0]?.assignment)).toBe('one')
    expect(String(early[0]?.assignment)).toBe('two')
    expect(String(sync('worker-2', 1)[0]?.assignment)).toBe('two')
    expect(group.state).toBe('Stable')
  })

  it('lets a follower join again without disturbing the others, and the leader ask for a rebalance', () => {
    const { join, settled, heartbeat } = testGroup()
    settled()
    expect(join('worker-2')).toMatchObject([{ errorCode: 0, generation: 1, leader: 'worker-1' }])
    expect(heartbeat('worker-1', 1)).toBe(errors.none)
    expect(join('worker-1')).toEqual([])
    expect(heartbeat('worker-2', 1)).toBe(errors.rebalanceInProgress)
    const two = join('worker-2')
    expect(two).toMatchObject([{ generation: 2 }])
  })

  it('asks all to join again when one comes, and gives up those who do not in time', () => {
    const { group, join, settled, heartbeat, pass, sync } = testGroup()
    settled()
    const third = join('')
    expect(heartbeat('worker-1', 1)).toBe(errors.rebalanceInProgress)
    expect(sync('worker-1', 1)).toMatchObject([{ errorCode: errors.rebalanceInProgress }])
    join('worker-1')
    for (let n = 0; n < 6; n++) {
      heartbeat('worker-2', 1)
      pass(500)
    }
    expect(third).toMatchObject([{ errorCode: 0, generation: 2, leader: 'worker-1' }])
    expect(group.members.map(member => member.id)).toEqual(['worker-1', 'worker-3'])
  })

  it('gives up a member that is silent for its session, and no one who beats', () => {
    const { group, settled, heartbeat, pass } = testGroup()
    settled()
    for (let n = 0; n < 5; n++) {
      pass(400)
      heartbeat('worker-1', 1)
    }
    expect(group.members.map(member => member.id)).toEqual(['worker-1'])
    expect(group.state).toBe('PreparingRebalance')
    expect(heartbeat('worker-2', 1)).toBe(errors.unknownMemberId)
  })

  it('chooses another leader when the leader leaves', () => {
    const { join, leave, settled } = testGroup()
    settled()
    expect(leave('worker-1')).toBe(errors.none)
    const rest = join('worker-2')
    expect(rest).toMatchObject([{ leader: 'worker-2', generation: 2 }])
    expect(leave('worker-1')).toBe(errors.unknownMemberId)
  })

  it('is empty when the last one leaves, and begins anew with a higher generation', () => {
    const { group, join, leave, settled, pass } = testGroup()
    settled()
    leave('worker-1')
    leave('worker-2')
    expect([group.state, group.members.length, group.nextDeadline()]).toEqual(['Empty', 0, undefined])
    const next = join('')
    pass(100)
    expect(next[0]?.generation).toBeGreaterThan(1)
  })
})

describe('a rebalance that goes wrong', () => {
  it('begins anew without those who never ask for their assignment', () => {
    const { group, join, sync, pass, heartbeat } = testGroup()
    join('')
    join('')
    pass(200)
    const waiting = sync('worker-2', 1)
    for (let n = 0; n < 6; n++) {
      heartbeat('worker-1', 1)
      pass(500)
    }
    expect(waiting).toMatchObject([{ errorCode: errors.rebalanceInProgress }])
    expect(group.members.map(member => member.id)).toEqual(['worker-2'])
  })

  it('answers the first of two joins on which nobody waits any more, and keeps the second', () => {
    const { join, pass } = testGroup()
    join('')
    const [lost, kept] = [join('worker-1'), join('worker-1')]
    pass(100)
    expect(lost).toMatchObject([{ errorCode: errors.rebalanceInProgress }])
    expect(kept).toMatchObject([{ errorCode: 0, generation: 1 }])
  })

  it('tells a member that left while it waited that it is unknown', () => {
    const { join, leave } = testGroup()
    const waiting = join('')
    leave('worker-1')
    expect(waiting).toMatchObject([{ errorCode: errors.unknownMemberId }])
  })
})

describe('committing', () => {
  it('lets members of this generation commit, while others join too', () => {
    const { commit, join, settled } = testGroup()
    settled()
    expect(commit('worker-1', 1)).toBe(errors.none)
    join('')
    expect(commit('worker-2', 1)).toBe(errors.none)
  })

  it('refuses strangers, other generations, and members that have no assignment yet', () => {
    const { commit, join, pass, settled } = testGroup()
    settled()
    expect(commit('stranger', 1)).toBe(errors.unknownMemberId)
    expect(commit('', -1)).toBe(errors.unknownMemberId)
    expect(commit('worker-1', 0)).toBe(errors.illegalGeneration)
    join('')
    join('worker-1')
    join('worker-2')
    pass(10)
    expect(commit('worker-1', 2)).toBe(errors.rebalanceInProgress)
    expect(commit('worker-1', 1)).toBe(errors.illegalGeneration)
  })

  it('lets a client outside the group commit while the group is empty', () => {
    const { commit, settled, leave } = testGroup()
    expect(commit('', -1)).toBe(errors.none)
    settled()
    leave('worker-1')
    leave('worker-2')
    expect(commit('', -1)).toBe(errors.none)
    expect(commit('worker-1', 1)).toBe(errors.unknownMemberId)
  })
})
