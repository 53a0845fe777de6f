import { z } from 'zod'
import { UserError } from '../script.ts'

const since = z.union([z.iso.datetime({ offset: true }), z.string().regex(/^(?:\d+(?:\.\d+)?[hms])+$/)])

/** The value of `--since`, as Docker reads it. @throws UserError with what is allowed. */
export function readLogSince(text: string): string {
  const { success, data } = since.safeParse(text)
  if (success) return data
  throw new UserError(
    `--since is ${JSON.stringify(text)}: how long ago, such as 90s, 10m or 1h30m, or a time such as 2026-11-20T08:00:00Z`,
  )
}
