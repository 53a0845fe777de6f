import { UserError } from '../script.ts'
import { nearest } from '../stack/nearest.ts'
import { type Check } from './check.ts'

/** Which of a list's checks are run, by their ids. */
export type Choice = { only?: readonly string[] | undefined; skip?: readonly string[] | undefined }

/**
 * The checks that were asked for, in the list's order, with those they need; what is left out is needed by nobody.
 * @throws UserError for an id that no check of the list has, and when none is left.
 */
export function chooseChecks<Context>(
  checks: readonly Check<Context>[],
  { only = [], skip = [] }: Choice = {},
): Check<Context>[] {
  const byId = new Map(checks.map(check => [check.id, check]))
  assertKnown([...only, ...skip], [...byId.keys()])
  const asked = only.length > 0 ? withNeeds(only, byId) : new Set(byId.keys())
  const chosen = new Set([...asked].filter(id => !skip.includes(id)))
  if (chosen.size === 0) throw new UserError('no check is left to be run: --skip takes away all there are')
  return checks
    .filter(({ id }) => chosen.has(id))
    .map(check => ({ ...check, needs: (check.needs ?? []).filter(id => chosen.has(id)) }))
}

function withNeeds<Context>(
  ids: readonly string[],
  byId: ReadonlyMap<string, Check<Context>>,
  found = new Set<string>(),
): Set<string> {
  for (const id of ids) {
    const check = byId.get(id)
    if (!check || found.has(id)) continue
    found.add(id)
    withNeeds(check.needs ?? [], byId, found)
  }
  return found
}

/** @throws UserError for an id that isn't known, with the one that was probably meant, and all there are. */
export function assertKnown(ids: readonly string[], known: readonly string[]): void {
  const id = ids.find(one => !known.includes(one))
  if (id === undefined) return
  const meant = nearest(id, known)
  throw new UserError(
    `there is no check ${JSON.stringify(id)}${meant ? `; did you mean ${meant}? There` : '; there'} is: ${known.join(', ')}`,
  )
}

/** The ids in a flag's value: `lag, freshness`. */
export function idsIn(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(id => id.trim())
    .filter(Boolean)
}
