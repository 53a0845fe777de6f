import { isDeepStrictEqual } from 'node:util'
import { type Difference, type Fact, type Found, type Part } from './part.ts'
import { appliedMark, wasApplied } from './tags.ts'

/** What happens to a part. */
export type Action = 'create' | 'adopt' | 'change' | 'replace' | 'delete' | 'same'

/** One line of a plan; the objects that are printed are those that are executed. */
export type Step = {
  part: Part
  action: Action
  found?: Found
  differences: readonly Difference[]
  /** Why it is replaced. */
  reasons: readonly string[]
}

/** Steps in the order in which they may be read; `apply` keeps to `Part.needs`. */
export type Plan = { steps: readonly Step[] }

/** Asked on the command line. */
export type PlanOptions = {
  /** Take over things of our names that carry no tags of ours. */
  adopt?: boolean
  /** Ids of the parts that may be removed and made anew. */
  replace?: readonly string[]
}

/** A plan that must not be executed: why, and what to do about it. */
export type Obstacle = { part: string; why: string }

/** Reads each part on AWS and says what is to be done. Changes nothing. */
export async function makePlan(
  parts: readonly Part[],
  options: PlanOptions = {},
): Promise<Plan & { obstacles: readonly Obstacle[] }> {
  const found = await Promise.all(parts.map(part => part.find()))
  const steps = parts.map((part, index) => planStep(part, found[index]))
  return {
    steps: steps.filter(step => step !== undefined),
    obstacles: parts.flatMap((part, index) => obstaclesOf(part, found[index], steps[index], options)),
  }
}

/** The step for a part as it was found; undefined when it is neither there nor wanted, or isn't ours to remove. */
function planStep(part: Part, found: Found | undefined): Step | undefined {
  const none = { differences: [], reasons: [] }
  if (!part.wanted) {
    return found?.ours ? { part, action: 'delete', found, ...none } : undefined
  }
  if (!found) return { part, action: 'create', ...none }
  const differences = differencesOf(part, found)
  const reasons = differences.flatMap(({ property }) => {
    const why = found.fixed?.[property] ?? part.fixed[property]
    return why === undefined ? [] : [`${property}: ${why}`]
  })
  const action = !found.ours
    ? 'adopt'
    : reasons.length > 0
      ? 'replace'
      : differences.length > 0 || found.applied !== appliedMark(part.want)
        ? 'change'
        : 'same'
  return { part, action, found, differences, reasons }
}

/** Properties that are not as they should be, those of `Part.want` alone. */
export function differencesOf(part: Pick<Part, 'want'>, found: Found): Difference[] {
  return Object.entries(part.want).flatMap(([property, after]) => {
    const readable = property in found.facts
    const before = found.facts[property]
    if ((readable && before === undefined) || isSameFact(before, after)) return []
    const kind = wasApplied(found.applied, property, after) ? 'drift' : 'change'
    return [{ property, before, after, kind }]
  })
}

function isSameFact(a: Fact | undefined, b: Fact): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return isDeepStrictEqual(a, b)
  return isDeepStrictEqual(new Set(a), new Set(b))
}

function obstaclesOf(
  part: Part,
  found: Found | undefined,
  step: Step | undefined,
  { adopt, replace }: PlanOptions,
): Obstacle[] {
  if (part.wanted && found && !found.ours && !adopt) {
    return [
      {
        part: part.id,
        why: `${part.title} ${part.name} exists (${found.id}) and doesn't carry this stack's tags: choose another name in wikiflow.config.ts, remove it, or take it over with --adopt`,
      },
    ]
  }
  if (step && step.reasons.length > 0 && !replace?.includes(part.id)) {
    const lost = part.holds ? `, which loses ${part.holds}` : ''
    return [
      {
        part: part.id,
        why: `${part.title} ${part.name} can't be changed in place (${step.reasons.join('; ')}): put the old value back, or make it anew${lost}, with --replace ${part.id}`,
      },
    ]
  }
  return []
}

/** How many steps of each kind a plan has; `drift` are the changes that repair what was changed by hand. */
export function countSteps(plan: Plan): Record<Action | 'drift', number> {
  const count = { create: 0, adopt: 0, change: 0, replace: 0, delete: 0, same: 0, drift: 0 }
  for (const step of plan.steps) count[isDrift(step) ? 'drift' : step.action]++
  return count
}

/** Whether a step only puts back what was changed by hand, or finishes what was interrupted. */
export function isDrift(step: Step): boolean {
  return (
    step.action === 'change' &&
    step.differences.length > 0 &&
    step.differences.every(difference => difference.kind === 'drift')
  )
}

/** True when nothing is to do. */
export function isSettled(plan: Plan): boolean {
  return plan.steps.every(step => step.action === 'same')
}
