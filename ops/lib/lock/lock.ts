import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../script.ts'
import { heldError, holdsMs, isOver, type LockNote, lockNote, renewed, renewMs } from './lock-note.ts'

/** The lock is another's by now, or nobody's. */
export class LockLost extends UserError {
  override name = 'LockLost'
}

/** The right to change a stack, which one process has at a time. */
export type Lock = {
  /** Aborted when the lock is lost; its reason is a LockLost. */
  signal: AbortSignal
  /** @throws LockLost when the lock is lost, or has run out unrenewed. */
  assertHeld(): void
  /** Gives the lock back. A lock that can't be given back runs out by itself. */
  release(): Promise<void>
}

/** Where a lock's note stands: changed only by those who know what stands there. */
export type LockStore = {
  /** Named in sentences: `s3://bucket`. */
  name: string
  /** The note, and what tells its writing from all others. @throws UserError when what stands there is no lock. */
  read(): Promise<{ note: LockNote; etag: string } | undefined>
  /** Puts a note where there is none (`over` undefined) or over the one with this tag; undefined: another was first. */
  put(note: LockNote, over: string | undefined): Promise<string | undefined>
  /** Removes the note with this tag. */
  remove(etag: string): Promise<void>
  /** Time in ms by the store's clock, as far as a `read` has told it: two machines' clocks can be minutes apart. */
  now(): number
}

/** For tests: another clock, and how often it is looked at, in ms. */
export type LockOptions = { now?: () => number; everyMs?: number }

/** Tries to take a lock that others try to take at the same time. */
const attempts = 20

/**
 * Takes the lock of a store; of many takers one wins. It is good for two minutes and renewed every 20 s, by the
 * store's clock. A lock that has run out, or whose process on this machine is gone, is taken over.
 * @throws UserError that says who holds it and since when.
 */
export async function holdLock(
  store: LockStore,
  purpose: string,
  { now: givenNow, everyMs = 1_000 }: LockOptions = {},
): Promise<Lock> {
  const now = givenNow ?? store.now
  let { note, etag } = await take()
  let renewing: Promise<void> | undefined
  const lost = new AbortController()

  async function take(): Promise<{ note: LockNote; etag: string }> {
    let mine: LockNote | undefined
    for (let attempt = 0; attempt < attempts; attempt++) {
      const there = await store.read()
      // A put whose answer was lost is repeated by the SDK, and fails against itself.
      if (there && there.note.id === mine?.id) return there
      if (there && !isOver(there.note, now())) throw heldError(there.note, now())
      mine = lockNote(purpose, now())
      const etag = await store.put(mine, there?.etag)
      if (etag) return { note: mine, etag }
      await sleep(Math.random() * 50)
    }
    throw new UserError(
      `the lock of ${store.name} changes hands faster than it can be read (${attempts} times): run the same command again`,
    )
  }

  async function renew(): Promise<void> {
    const next = renewed(note, now())
    try {
      let put = await store.put(next, etag)
      if (!put) {
        const there = await store.read()
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
      new LockLost(
        `lost the lock of ${store.name}: ${whom}. Nothing new is begun; look who works on the stack, then run the same command again`,
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
        throw new LockLost(`the lock of ${store.name} has run out unrenewed`)
    },
    release: async () => {
      clearInterval(timer)
      await renewing
      if (!lost.signal.aborted) await store.remove(etag).catch(() => {})
    },
  }
}
