import { type FaultChange } from './faults.ts'
import { type PoisonKind, poisonNames } from './poison.ts'
import { randomOf, uses } from './random.ts'

/** What is special about an event. */
export type Fate = PoisonKind | 'unknown_fields'

/** Shares, as probabilities, that hold from event `from` on, and the canaries an hour. */
type Era = { from: number; canariesPerHour: number; shares: Partial<Record<Fate, number>> }

/**
 * Which events are special. It belongs to the stream's history as the events do: a resume is served the same poison
 * at the same place.
 */
export type Plan = { eras: readonly Era[]; ordered: ReadonlyMap<number, Fate> }

/** Wikimedia's "several an hour". */
const usualCanariesPerHour = 4

/** A plan of ordinary events and the usual canaries. */
export function usualPlan(): Plan {
  return { eras: [{ from: 0, canariesPerHour: usualCanariesPerHour, shares: {} }], ordered: new Map() }
}

/** The plan with the change in force from event `next` on; its counts are for the events right behind. */
export function planWith(plan: Plan, change: FaultChange, next: number): Plan {
  const era = eraOf(plan, next)
  const shares = { ...era.shares }
  const ordered = new Map(plan.ordered)
  let free = next
  for (const [fate, dose] of dosesIn(change)) {
    if (dose?.rate !== undefined) shares[fate] = dose.rate
    for (let left = dose?.count ?? 0; left > 0; left--) {
      while (ordered.has(free)) free++
      ordered.set(free, fate)
    }
  }
  const canariesPerHour = change.canariesPerHour ?? era.canariesPerHour
  const eras = plan.eras.filter(({ from }) => from < next)
  return { eras: [...eras, { from: next, canariesPerHour, shares }], ordered }
}

/** The plan without what only events below `oldest` need. */
export function planFrom(plan: Plan, oldest: number): Plan {
  const first = plan.eras.findLastIndex(({ from }) => from <= oldest)
  return {
    eras: plan.eras.slice(Math.max(0, first)),
    ordered: new Map([...plan.ordered].filter(([n]) => n >= oldest)),
  }
}

/** What is special about event n; undefined for an ordinary one. */
export function fateOf(plan: Plan, seed: number, n: number): Fate | undefined {
  const ordered = plan.ordered.get(n)
  if (ordered) return ordered
  const shares = Object.entries(eraOf(plan, n).shares) as [Fate, number][]
  if (shares.length === 0) return undefined
  let left = randomOf(seed, n, uses.plan)()
  return shares.find(([, share]) => {
    left -= share
    return left < 0
  })?.[0]
}

/** How far apart canaries are at event n, in ms; Infinity when there are none. */
export function canaryEveryMs(plan: Plan, n: number): number {
  return 3_600_000 / eraOf(plan, n).canariesPerHour
}

const fates: readonly Fate[] = ['unknown_fields', ...poisonNames]

function dosesIn(change: FaultChange) {
  return fates.map(
    fate => [fate, fate === 'unknown_fields' ? change.unknownFields : change.poison?.[fate]] as const,
  )
}

function eraOf(plan: Plan, n: number): Era {
  const era = plan.eras.findLast(({ from }) => from <= n) ?? plan.eras[0]
  if (!era) throw new RangeError('a plan needs at least one era')
  return era
}
