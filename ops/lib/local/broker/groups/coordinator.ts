import { randomUUID } from 'node:crypto'
import { errors } from '../protocol/errors.ts'
import { Group } from './group.ts'
import {
  type JoinRequest,
  type JoinResult,
  joinRefusal,
  type SyncRequest,
  type SyncResult,
  syncRefusal,
} from './member.ts'
import { type Commit, type OffsetsFile } from './offsets-file.ts'

export type CoordinatorOptions = {
  offsets: OffsetsFile
  initialDelayMs: number
  /** Session timeouts that are allowed, in ms, both included. */
  sessionMs: { least: number; most: number }
}

/** A group without members and without offsets is forgotten after this long, in ms, as Kafka does. */
const forgetAfterMs = 600_000

/** Runs the groups: gives them the time, and keeps one timer for the earliest thing that is due. */
export class Coordinator {
  readonly offsets: OffsetsFile
  readonly #options: CoordinatorOptions
  readonly #groups = new Map<string, Group>()
  readonly #emptySince = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: CoordinatorOptions) {
    this.#options = options
    this.offsets = options.offsets
  }

  /** Ids of all groups there are: with members, or with offsets. */
  groupIds(): string[] {
    return [...new Set([...this.#groups.keys(), ...this.offsets.groups()])].sort()
  }

  /** The group as it is now, undefined when nobody has joined it since the broker started. */
  find(groupId: string): Group | undefined {
    return this.#groups.get(groupId)
  }

  join(groupId: string, request: JoinRequest): Promise<JoinResult> {
    const { least, most } = this.#options.sessionMs
    const refuse = (errorCode: number) => Promise.resolve(joinRefusal(errorCode, request.memberId))
    if (groupId === '') return refuse(errors.invalidGroupId)
    if (request.sessionTimeoutMs < least || request.sessionTimeoutMs > most) {
      return refuse(errors.invalidSessionTimeout)
    }
    let group = this.#groups.get(groupId)
    if (!group) {
      if (request.memberId !== '') return refuse(errors.unknownMemberId)
      group = new Group({
        initialDelayMs: this.#options.initialDelayMs,
        newMemberId: clientId => `${clientId}-${randomUUID()}`,
      })
      this.#groups.set(groupId, group)
    }
    const joined = group
    return this.#run(() => new Promise(resolve => joined.join(request, now(), resolve)))
  }

  sync(groupId: string, request: SyncRequest): Promise<SyncResult> {
    const group = this.#groups.get(groupId)
    if (!group) return Promise.resolve(syncRefusal(errors.unknownMemberId))
    return this.#run(() => new Promise(resolve => group.sync(request, now(), resolve)))
  }

  heartbeat(groupId: string, request: { memberId: string; generation: number }): number {
    const group = this.#groups.get(groupId)
    return group ? this.#run(() => group.heartbeat(request, now())) : errors.unknownMemberId
  }

  leave(groupId: string, memberId: string): number {
    const group = this.#groups.get(groupId)
    return group ? this.#run(() => group.leave(memberId, now())) : errors.unknownMemberId
  }

  /** Commits offsets, durably; gives an error code. @throws the system's error when they can't be written. */
  async commit(
    groupId: string,
    request: { memberId: string; generation: number },
    commits: readonly Commit[],
  ): Promise<number> {
    if (groupId === '') return errors.invalidGroupId
    const group = this.#groups.get(groupId)
    if (!group && request.generation >= 0) return errors.illegalGeneration
    const refused = group ? this.#run(() => group.mayCommit(request, now())) : errors.none
    if (refused === errors.none && commits.length > 0) await this.offsets.commit(groupId, commits)
    return refused
  }

  /** Deletes a group that has no members; gives an error code. */
  async delete(groupId: string): Promise<number> {
    const group = this.#groups.get(groupId)
    if (!group && !this.offsets.groups().includes(groupId)) return errors.groupIdNotFound
    if (group && group.state !== 'Empty') return errors.nonEmptyGroup
    await this.offsets.deleteGroup(groupId)
    this.#groups.delete(groupId)
    return errors.none
  }

  #run<T>(work: () => T): T {
    const result = work()
    this.#arm()
    return result
  }

  #arm(): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    const deadlines = [...this.#groups.values()].flatMap(group => group.nextDeadline() ?? [])
    if (deadlines.length === 0) return
    const waitMs = Math.max(1, Math.ceil(Math.min(...deadlines) - now()))
    this.#timer = setTimeout(() => this.#tick(), Math.min(waitMs, 60_000))
    this.#timer.unref()
  }

  #tick(): void {
    for (const group of this.#groups.values()) group.tick(now())
    this.#arm()
  }

  /** Forgets groups that have had neither members nor offsets for ten minutes. */
  forgetEmpty(): void {
    const committed = new Set(this.offsets.groups())
    for (const [id, group] of this.#groups) {
      const idle = group.state === 'Empty' && group.nextDeadline() === undefined && !committed.has(id)
      if (!idle) this.#emptySince.delete(id)
      else if (!this.#emptySince.has(id)) this.#emptySince.set(id, now())
      else if (now() - (this.#emptySince.get(id) ?? 0) > forgetAfterMs) {
        this.#groups.delete(id)
        this.#emptySince.delete(id)
      }
    }
  }

  /** Ends the timer; members that wait are left to their connections, which are closed. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.offsets.settled()
  }
}

/** A clock that never goes back, in ms. */
function now(): number {
  return performance.now()
}
