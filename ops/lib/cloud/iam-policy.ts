import { isDeepStrictEqual } from 'node:util'

/** An IAM policy: its language's document, as far as the policies here use it. */
export type Policy = { Version: '2012-10-17'; Statement: readonly Statement[] }

export type Statement = {
  Sid: string
  Effect: 'Allow' | 'Deny'
  Principal?: Readonly<Record<string, string>>
  Action: string | readonly string[]
  Resource?: string | readonly string[]
  /** Operator → key → value. */
  Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** A policy of statements. */
export function policy(...statements: readonly Statement[]): Policy {
  return { Version: '2012-10-17', Statement: statements }
}

/**
 * A policy document of IAM's as a plan shows it: `as made`, or the JSON that differs.
 * @param document URL-encoded, as IAM gives it; undefined when there is none.
 */
export function documentInWords(document: string | undefined, made: Policy): string {
  if (document === undefined) return 'none'
  const text = decodeURIComponent(document)
  return isDeepStrictEqual(parsed(text), made) ? 'as made' : text.replace(/\s+/g, ' ')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
