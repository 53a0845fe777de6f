import { errors } from '../protocol/errors.ts'
import {
  chooseProtocol,
  commonProtocols,
  type JoinResult,
  type Member,
  metadataOf,
  type Protocol,
  type SyncResult,
  sameProtocols,
} from './member.ts'

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

export type GroupOptions = {
  /** How long an empty group waits for more members after the first one, in ms. */
  initialDelayMs: number
  newMemberId: (clientId: string) => string
}

/**
 * A consumer group as Kafka's classic group coordinator runs it, without a timer or any input of its own: time comes
 * with each call, in ms of any clock that doesn't go back; `tick` does what is due, `nextDeadline` says when.
 */
export class Group {
  state: GroupState = 'Empty'
  generation = 0
  protocolType = ''
  protocol = ''
  readonly #options: GroupOptions
  readonly #members = new Map<string, Member>()
  /** Ids that were told to members who haven't joined with them yet, with when they are given up. */
  readonly #pending = new Map<string, number>()
  #leader = ''
  #joinUntilMs = 0
  /** The last moment of the initial delay; undefined in any other rebalance. */
  #initialUntilMs: number | undefined
  #syncUntilMs = 0

  constructor(options: GroupOptions) {
    this.#options = options
  }

  get members(): Member[] {
    return [...this.#members.values()]
  }

  /** A member joins, or joins again; `reply` is called once, perhaps much later. */
  join(request: JoinRequest, nowMs: number, reply: (result: JoinResult) => void): void {
    const refuse = (errorCode: number, memberId = request.memberId) =>
      reply({ errorCode, generation: -1, protocol: '', leader: '', memberId, members: [] })
    if (!this.#accepts(request)) return refuse(errors.inconsistentGroupProtocol)
    const { memberId } = request
    if (memberId === '') {
      const id = this.#options.newMemberId(request.clientId)
      if (!request.asksForId) return this.#add(id, request, nowMs, reply)
      this.#pending.set(id, nowMs + request.sessionTimeoutMs)
      return refuse(errors.memberIdRequired, id)
    }
    if (this.#pending.delete(memberId)) return this.#add(memberId, request, nowMs, reply)
    const member = this.#members.get(memberId)
    if (!member) return refuse(errors.unknownMemberId)
    const unchanged = sameProtocols(member.protocols, request.protocols)
    const settled =
      this.state === 'CompletingRebalance' || (this.state === 'Stable' && memberId !== this.#leader)
    if (unchanged && settled) {
      this.#heard(member, nowMs)
      return reply(this.#joined(member))
    }
    member.joining?.(this.#superseded(member))
    Object.assign(member, {
      protocols: request.protocols,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      joining: reply,
    })
    this.#rebalance(nowMs)
  }

  #accepts(request: JoinRequest): boolean {
    if (request.protocolType === '' || request.protocols.length === 0) return false
    if (this.#members.size === 0) return true
    const common = commonProtocols(this.#members.values())
    return this.protocolType === request.protocolType && request.protocols.some(one => common.has(one.name))
  }

  #add(id: string, request: JoinRequest, nowMs: number, joining: Member['joining']): void {
    if (this.#members.size === 0) this.protocolType = request.protocolType
    this.#members.set(id, {
      id,
      clientId: request.clientId,
      clientHost: request.clientHost,
      sessionTimeoutMs: request.sessionTimeoutMs,
      rebalanceTimeoutMs: request.rebalanceTimeoutMs,
      protocols: request.protocols,
      assignment: Buffer.alloc(0),
      deadlineMs: Number.POSITIVE_INFINITY,
      joining,
      syncing: undefined,
    })
    this.#leader ||= id
    if (this.#initialUntilMs !== undefined) {
      this.#joinUntilMs = Math.min(nowMs + this.#options.initialDelayMs, this.#initialUntilMs)
    }
    this.#rebalance(nowMs)
  }

  #superseded(member: Member): JoinResult {
    return {
      errorCode: errors.rebalanceInProgress,
      generation: -1,
      protocol: '',
      leader: '',
      memberId: member.id,
      members: [],
    }
  }

  /** Asks all members to join again, if that isn't under way, and ends it if nobody is awaited. */
  #rebalance(nowMs: number): void {
    if (this.state !== 'PreparingRebalance') {
      const timeoutMs = Math.max(...this.members.map(member => member.rebalanceTimeoutMs))
      const initial = this.state === 'Empty'
      for (const member of this.#members.values()) {
        this.#answerSync(
          member,
          { errorCode: errors.rebalanceInProgress, assignment: Buffer.alloc(0) },
          nowMs,
        )
      }
      this.state = 'PreparingRebalance'
      this.#initialUntilMs = initial ? nowMs + timeoutMs : undefined
      this.#joinUntilMs = nowMs + (initial ? Math.min(this.#options.initialDelayMs, timeoutMs) : timeoutMs)
    }
    this.#completeIfAllJoined(nowMs)
  }

  #completeIfAllJoined(nowMs: number): void {
    if (this.state !== 'PreparingRebalance' || this.#initialUntilMs !== undefined) return
    if (this.#pending.size === 0 && this.members.every(member => member.joining)) this.#completeJoin(nowMs)
  }

  #completeJoin(nowMs: number): void {
    for (const member of this.members) if (!member.joining) this.#members.delete(member.id)
    this.generation += 1
    this.#initialUntilMs = undefined
    if (!this.#members.has(this.#leader)) this.#leader = this.members[0]?.id ?? ''
    if (this.#members.size === 0) {
      this.state = 'Empty'
      this.protocol = ''
      return
    }
    this.protocol = chooseProtocol(this.members)
    this.state = 'CompletingRebalance'
    this.#syncUntilMs = nowMs + Math.max(...this.members.map(member => member.rebalanceTimeoutMs))
    for (const member of this.members) {
      const { joining } = member
      member.joining = undefined
      member.assignment = Buffer.alloc(0)
      this.#heard(member, nowMs)
      joining?.(this.#joined(member))
    }
  }

  #joined(member: Member): JoinResult {
    const everyone = this.members.map(({ id, protocols }) => ({
      memberId: id,
      metadata: metadataOf({ protocols }, this.protocol),
    }))
    return {
      errorCode: errors.none,
      generation: this.generation,
      protocol: this.protocol,
      leader: this.#leader,
      memberId: member.id,
      members: member.id === this.#leader ? everyone : [],
    }
  }

  /** The leader brings the assignments, the others ask for theirs; `reply` is called once, perhaps later. */
  sync(request: SyncRequest, nowMs: number, reply: (result: SyncResult) => void): void {
    const answer = (errorCode: number, assignment: Buffer = Buffer.alloc(0)) =>
      reply({ errorCode, assignment })
    const member = this.#members.get(request.memberId)
    if (!member) return answer(errors.unknownMemberId)
    if (request.generation !== this.generation) return answer(errors.illegalGeneration)
    if (this.state === 'PreparingRebalance') return answer(errors.rebalanceInProgress)
    this.#heard(member, nowMs)
    if (this.state === 'Stable') return answer(errors.none, member.assignment)
    member.syncing?.({ errorCode: errors.rebalanceInProgress, assignment: Buffer.alloc(0) })
    member.syncing = reply
    if (member.id !== this.#leader) return
    const given = new Map(request.assignments.map(one => [one.memberId, one.assignment]))
    this.state = 'Stable'
    for (const one of this.members) {
      one.assignment = given.get(one.id) ?? Buffer.alloc(0)
      this.#answerSync(one, { errorCode: errors.none, assignment: one.assignment }, nowMs)
    }
  }

  #answerSync(member: Member, result: SyncResult, nowMs: number): void {
    const { syncing } = member
    member.syncing = undefined
    if (!syncing) return
    this.#heard(member, nowMs)
    syncing(result)
  }

  #heard(member: Member, nowMs: number): void {
    member.deadlineMs = nowMs + member.sessionTimeoutMs
  }

  /** A member lives; gives an error code. */
  heartbeat(request: { memberId: string; generation: number }, nowMs: number): number {
    const member = this.#members.get(request.memberId)
    if (!member) return errors.unknownMemberId
    if (request.generation !== this.generation) return errors.illegalGeneration
    this.#heard(member, nowMs)
    return this.state === 'PreparingRebalance' ? errors.rebalanceInProgress : errors.none
  }

  /** A member leaves; gives an error code. */
  leave(memberId: string, nowMs: number): number {
    if (this.#pending.delete(memberId)) {
      this.#completeIfAllJoined(nowMs)
      return errors.none
    }
    const member = this.#members.get(memberId)
    if (!member) return errors.unknownMemberId
    this.#remove([member], nowMs)
    return errors.none
  }

  #remove(gone: readonly Member[], nowMs: number): void {
    if (gone.length === 0) return
    for (const member of gone) {
      this.#members.delete(member.id)
      member.joining?.({ ...this.#superseded(member), errorCode: errors.unknownMemberId })
      member.syncing?.({ errorCode: errors.unknownMemberId, assignment: Buffer.alloc(0) })
      if (this.#leader === member.id) this.#leader = this.members[0]?.id ?? ''
    }
    if (this.#members.size === 0) this.#completeJoin(nowMs)
    else this.#rebalance(nowMs)
  }

  /** Whether offsets may be committed, as an error code. A generation of -1 is a client outside any group. */
  mayCommit(request: { memberId: string; generation: number }, nowMs: number): number {
    if (request.generation < 0 && this.state === 'Empty') return errors.none
    const member = this.#members.get(request.memberId)
    if (!member && (request.generation >= 0 || request.memberId !== '')) return errors.unknownMemberId
    if (request.generation !== this.generation) return errors.illegalGeneration
    if (this.state === 'CompletingRebalance') return errors.rebalanceInProgress
    if (member) this.#heard(member, nowMs)
    return errors.none
  }

  /** Does what is due: members and ids that weren't heard of go, rebalances that took too long end. */
  tick(nowMs: number): void {
    for (const [id, deadlineMs] of this.#pending) if (deadlineMs <= nowMs) this.#pending.delete(id)
    this.#remove(
      this.members.filter(member => !member.joining && !member.syncing && member.deadlineMs <= nowMs),
      nowMs,
    )
    if (this.state === 'PreparingRebalance') {
      if (this.#joinUntilMs <= nowMs) this.#completeJoin(nowMs)
      else this.#completeIfAllJoined(nowMs)
    }
    if (this.state === 'CompletingRebalance' && this.#syncUntilMs <= nowMs) {
      this.#remove(
        this.members.filter(member => !member.syncing),
        nowMs,
      )
    }
  }

  /** When `tick` has something to do next, in ms; undefined when nothing is awaited. */
  nextDeadline(): number | undefined {
    const deadlines = [
      ...this.#pending.values(),
      ...this.members.filter(member => !member.joining && !member.syncing).map(member => member.deadlineMs),
      ...(this.state === 'PreparingRebalance' ? [this.#joinUntilMs] : []),
      ...(this.state === 'CompletingRebalance' ? [this.#syncUntilMs] : []),
    ]
    return deadlines.length > 0 ? Math.min(...deadlines) : undefined
  }
}
