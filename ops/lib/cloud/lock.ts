import { setTimeout as sleep } from 'node:timers/promises'
import { type S3Client } from '@aws-sdk/client-s3'
import { UserError } from '../script.ts'
import { heldError, holdsMs, isOver, type LockNote, lockNote, renewed, renewMs } from './lock-note.ts'
import { lockObject } from './lock-object.ts'

/** The right to change a stack, which one process has at a time. */
export type Lock = {
  /** Aborted when the lock is lost; its reason is a UserError. */
  signal: AbortSignal
  /** @throws UserError when the lock is lost, or has run out unrenewed. */
  assertHeld(): void
  /** Gives the lock back. A lock that can't be given back runs out by itself. */
  release(): Promise<void>
}

/** For tests: another clock, and how often it is looked at, in ms. */
export type LockOptions = { now?: () => number; everyMs?: number }

/** Tries to take a lock that others try to take at the same time. */
const attempts = 20

/**
 * Takes the lock in a stack's bucket: an object put with a condition, so that of many takers one wins. It is good
 * for two minutes and renewed every 20 s, by S3's clock. A lock that has run out, or whose process on this machine is
 * gone, is taken over.
 * @throws UserError that says who holds it and since when.
 */
export async function takeLock(
  s3: S3Client,
  bucket: string,
  purpose: string,
  { now: givenNow, everyMs = 1_000 }: LockOptions = {},
): Promise<Lock> {
  const object = lockObject(s3, bucket)
  const now = givenNow ?? object.now
  let { note, etag } = await take()
  let renewing: Promise<void> | undefined
  const lost = new AbortController()

  async function take(): Promise<{ note: LockNote; etag: string }> {
    let mine: LockNote | undefined
    for (let attempt = 0; attempt < attempts; attempt++) {
      const there = await object.read()
      // A put whose answer was lost is repeated by the SDK, and fails against itself.
      if (there && there.note.id === mine?.id) return there
      if (there && !isOver(there.note, now())) throw heldError(there.note, now())
      mine = lockNote(purpose, now())
      const etag = await object.put(mine, there?.etag)
      if (etag) return { note: mine, etag }
      await sleep(Math.random() * 50)
    }
    throw new UserError(
      `the lock of s3://${bucket} changes hands faster than it can be read (${attempts} times): run the same command again`,
    )
  }

  async function renew(): Promise<void> {
    const next = renewed(note, now())
    try {
      let put = await object.put(next, etag)
      if (!put) {
        const there = await object.read()
        if (there?.note.id !== note.id) return lose(there?.note)
        put = there.etag
      }
      note = next
      etag = put
    } catch {
      // The network may come back before the lock runs out.
      if (now() >= Date.parse(note.expires)) lose(undefined)
    }
  }

  function lose(to: LockNote | undefined): void {
    const whom = to
      ? `${to.holder} (process ${to.process.pid}, ${to.purpose}) has it now`
      : 'it is gone or has run out'
    lost.abort(
      new UserError(
        `lost the lock of s3://${bucket}: ${whom}. Nothing new is begun; look who works on the stack, then run the same command again`,
      ),
    )
    clearInterval(timer)
  }

  // By the clock on the wall: timers stand still while a laptop sleeps.
  const timer = setInterval(() => {
    if (renewing || now() < Date.parse(note.expires) - holdsMs + renewMs) return
    renewing = renew().finally(() => {
      renewing = undefined
    })
  }, everyMs)
  timer.unref()

  return {
    signal: lost.signal,
    assertHeld: () => {
      lost.signal.throwIfAborted()
      if (now() >= Date.parse(note.expires))
        throw new UserError(`the lock of s3://${bucket} has run out unrenewed`)
    },
    release: async () => {
      clearInterval(timer)
      await renewing
      if (!lost.signal.aborted) await object.remove(etag).catch(() => {})
    },
  }
}
