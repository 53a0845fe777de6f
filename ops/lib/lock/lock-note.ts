import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { z } from 'zod'
import { elapsed } from '../cloud/elapsed.ts'
import { visible } from '../cloud/fact-text.ts'
import { isGone, markProcess } from '../cloud/process-mark.ts'
import { UserError } from '../script.ts'

const noteSchema = z.object({
  /** Tells this taking of the lock from all others. */
  id: z.uuid(),
  /** `an@laptop`. */
  holder: z.string(),
  /** What the lock is held for: `provision`. */
  purpose: z.string(),
  /** ISO times, by the holder's clock. */
  since: z.iso.datetime(),
  expires: z.iso.datetime(),
  process: z.object({ machine: z.string(), boot: z.string(), pid: z.int(), started: z.string() }),
})

/** What a lock says. */
export type LockNote = z.output<typeof noteSchema>

/** How long a lock that isn't renewed holds others off, in ms; and how often its holder renews it. */
export const holdsMs = 120_000
export const renewMs = 20_000

/** The note of this process, from `now` on. */
export function lockNote(purpose: string, now: number): LockNote {
  const mark = markProcess()
  if (!mark) throw new Error(`this process (${process.pid}) can't be found on its own machine`)
  return {
    id: randomUUID(),
    holder: `${userInfo().username}@${mark.machine}`,
    purpose,
    since: new Date(now).toISOString(),
    expires: new Date(now + holdsMs).toISOString(),
    process: mark,
  }
}

/** The same note, good for longer. */
export function renewed(note: LockNote, now: number): LockNote {
  return { ...note, expires: new Date(now + holdsMs).toISOString() }
}

/** Reads a note; undefined when it isn't one. */
export function parseNote(text: string): LockNote | undefined {
  try {
    return noteSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** Whether a note holds nobody off any more: it has run out, or its process is known to be gone. */
export function isOver(note: LockNote, now: number): boolean {
  return Date.parse(note.expires) <= now || isGone(note.process)
}

/** What to tell who comes second. */
export function heldError(note: LockNote, now: number): UserError {
  const { holder, purpose, since, expires, process } = note
  const time = (iso: string) => `${iso.slice(11, 19)} UTC`
  return new UserError(
    visible(
      `${purpose} by ${holder} (process ${process.pid}) holds the lock since ${time(since)}, ${elapsed(now - Date.parse(since))} ago. Nothing was changed: wait until it is done, or, if that process is gone, until the lock expires at ${time(expires)} (in ${elapsed(Date.parse(expires) - now)}), and run the same command again`,
    ),
  )
}
