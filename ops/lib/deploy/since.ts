import { z } from 'zod'
import { UserError } from '../script.ts'
import { showValue } from '../stack/show-value.ts'

const allowed =
  'a time such as 2026-08-04T15:00:00Z, milliseconds since 1970, or the id of an event of the source: a JSON array, as in Last-Event-ID'

const place = z.looseObject({ topic: z.string(), partition: z.number() })
const id = z.array(place).min(1)

/**
 * Where an empty log begins in the source: a time, or the id of the event at which another pipeline stopped. The text
 * is what ingest reads from SOURCE_SINCE; an id may also be given as the array that it spells.
 */
export const since = z.union(
  [
    z.iso.datetime({ offset: true }),
    z.string().regex(/^\d{12,14}$/),
    z.string().refine(isId),
    id.transform(places => JSON.stringify(places)),
  ],
  { error: allowed },
)

/** The value of a flag `--since`. @throws UserError with what is allowed. */
export function readSince(text: string): string {
  const { success, data } = since.safeParse(text)
  if (success) return data
  throw new UserError(`--since is ${showValue(text)}; allowed: ${allowed}`)
}

function isId(text: string): boolean {
  try {
    return id.safeParse(JSON.parse(text)).success
  } catch {
    return false
  }
}
