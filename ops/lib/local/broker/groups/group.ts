import { errors } from '../protocol/errors.ts'
import {
  chooseProtocol,
  commonProtocols,
  type GroupState,
  type JoinRequest,
  type JoinResult,
  joinRefusal,
  type Member,
  metadataOf,
  type SyncRequest,
  type SyncResult,
  sameProtocols,
  syncRefusal,
} from './member.ts'

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
    const answer = this.#answerJoin(request, nowMs)
    if (answer) reply(answer)
    else this.#enter(request, nowMs, reply)
  }

  /** What a join is answered with at once; undefined when it is to wait for a new generation. */
  #answerJoin(request: JoinRequest, nowMs: number): JoinResult | undefined {
    const { memberId } = request
    if (!this.#accepts(request)) return joinRefusal(errors.inconsistentGroupProtocol, memberId)
    if (memberId === '' && request.asksForId) {
      const id = this.#options.newMemberId(request.clientId)
      this.#pending.set(id, nowMs + request.sessionTimeoutMs)
      return joinRefusal(errors.memberIdRequired, id)
    }
    if (memberId === '' || this.#pending.has(memberId)) return undefined
    const member = this.#members.get(memberId)
    if (!member) return joinRefusal(errors.unknownMemberId, memberId)
    const settled =
      this.state === 'CompletingRebalance' || (this.state === 'Stable' && memberId !== this.#leader)
    if (!settled || !sameProtocols(member.protocols, request.protocols)) return undefined
    this.#heard(member, nowMs)
    return this.#joined(member)
  }

  #accepts(request: JoinRequest): boolean {
    if (request.protocolType === '' || request.protocols.length === 0) return false
    if (this.#members.size === 0) return true
    const common = commonProtocols(this.#members.values())
    return this.protocolType === request.protocolType && request.protocols.some(one => common.has(one.name))
  }

  #enter(request: JoinRequest, nowMs: number, joining: (result: JoinResult) => void): void {
    const id = request.memberId || this.#options.newMemberId(request.clientId)
    const known = this.#members.get(id)
    this.#pending.delete(id)
    // Its client has asked again on another connection: nobody waits for the first answer.
    known?.joining?.(joinRefusal(errors.rebalanceInProgress, id))
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
      syncing: known?.syncing,
    })
    this.#leader ||= id
    if (!known && this.#initialUntilMs !== undefined) {
      this.#joinUntilMs = Math.min(nowMs + this.#options.initialDelayMs, this.#initialUntilMs)
    }
    this.#rebalance(nowMs)
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
    const member = this.#members.get(request.memberId)
    const answer = this.#answerSyncNow(member, request)
    if (member) this.#heard(member, nowMs)
    if (answer || !member) {
      reply(answer ?? syncRefusal(errors.unknownMemberId))
      return
    }
    member.syncing?.(syncRefusal(errors.rebalanceInProgress))
    member.syncing = reply
    if (member.id === this.#leader) this.#assign(request, nowMs)
  }

  /** What a sync is answered with at once; undefined when it is to wait for the leader's. */
  #answerSyncNow(member: Member | undefined, request: SyncRequest): SyncResult | undefined {
    if (!member) return syncRefusal(errors.unknownMemberId)
    if (request.generation !== this.generation) return syncRefusal(errors.illegalGeneration)
    if (this.state === 'PreparingRebalance') return syncRefusal(errors.rebalanceInProgress)
    return this.state === 'Stable' ? { errorCode: errors.none, assignment: member.assignment } : undefined
  }

  #assign(request: SyncRequest, nowMs: number): void {
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
      member.joining?.(joinRefusal(errors.unknownMemberId, member.id))
      member.syncing?.(syncRefusal(errors.unknownMemberId))
      if (this.#leader === member.id) this.#leader = this.members[0]?.id ?? ''
    }
    if (this.#members.size === 0) this.#completeJoin(nowMs)
    else this.#rebalance(nowMs)
  }

  /** Whether offsets may be committed, as an error code. A generation of -1 is a client outside any group. */
  mayCommit(request: { memberId: string; generation: number }, nowMs: number): number {
    if (request.generation < 0 && this.state === 'Empty') return errors.none
    const member = this.#members.get(request.memberId)
    if (!member) return errors.unknownMemberId
    if (request.generation !== this.generation) return errors.illegalGeneration
    if (this.state === 'CompletingRebalance') return errors.rebalanceInProgress
    this.#heard(member, nowMs)
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
