import { UserError } from '../script.ts'
import { nearest } from '../stack/nearest.ts'

/** A section of the runbook, and the checks that say whether it is about what is at hand. */
export type RunbookStep = {
  /** What stands before the colon of its heading: `worker-down`. */
  id: string
  /** What stands behind it. */
  title: string
  /** Ids of checks. */
  checks: readonly string[]
}

/** A section's heading: its id, a colon, its title. */
export const heading = /^##\s+([a-z][a-z0-9-]*):\s+(.+?)\s*$/
const checksLine = /^<!--\s*checks:\s*([a-z0-9-]+(?:\s*,\s*[a-z0-9-]+)*)\s*-->\s*$/
const fence = /^(```+|~~~+)/

/**
 * The steps of a runbook in their order: sections whose heading begins with an id and a colon. A line right under it,
 * `<!-- checks: services, lag -->`, names its checks.
 * @throws UserError for an id that stands twice, and for a line that was meant to name checks and doesn't.
 */
export function stepsIn(text: string): RunbookStep[] {
  const steps: RunbookStep[] = []
  let fenced: string | undefined
  const lines = text.split(/\r?\n/)
  for (const [index, line] of lines.entries()) {
    const mark = fence.exec(line)?.[1]
    if (mark && (fenced === undefined || mark.startsWith(fenced)))
      fenced = fenced === undefined ? mark : undefined
    const [, id, title] = fenced === undefined ? (heading.exec(line) ?? []) : []
    if (id === undefined || title === undefined) continue
    if (steps.some(step => step.id === id)) {
      throw new UserError(`line ${index + 1} of the runbook: there are two steps ${id}`)
    }
    steps.push({ id, title, checks: checksBelow(lines, index) })
  }
  return steps
}

/** In the first line below a heading that isn't empty. */
function checksBelow(lines: readonly string[], at: number): string[] {
  const below = lines.findIndex((line, index) => index > at && line.trim() !== '')
  const line = lines[below] ?? ''
  const [, ids] = checksLine.exec(line) ?? []
  if (ids !== undefined) return ids.split(',').map(id => id.trim())
  if (!/^<!--\s*checks\b/i.test(line)) return []
  throw new UserError(
    `line ${below + 1} of the runbook is ${JSON.stringify(line)}; allowed: <!-- checks: services, lag -->, with ids of npx zx ops/verify.ts --list`,
  )
}

/** A step by its id. @throws UserError with the one that was probably meant, and all there are. */
export function findStep(steps: readonly RunbookStep[], id: string): RunbookStep {
  const found = steps.find(step => step.id === id)
  if (found) return found
  const ids = steps.map(step => step.id)
  const meant = nearest(id, ids)
  const there = ids.length === 0 ? 'none at all' : ids.join(', ')
  throw new UserError(
    `the runbook has no step ${JSON.stringify(id)}${meant ? `; did you mean ${meant}? There` : '; there'} is: ${there}`,
  )
}
