import { UserError } from '../script.ts'
import { nearest } from '../stack/nearest.ts'
import { showValue } from '../stack/show-value.ts'
import { type Step } from './step.ts'

/** Which steps are meant: `only` these, or those `from` one on; left out, all. Ids or numbers, separated by commas. */
export type StepChoice = { only?: string | undefined; from?: string | undefined }

/**
 * The steps that are meant, in their order.
 * @throws UserError for a step that there isn't, none at all, or both flags.
 */
export function chooseSteps(steps: readonly Step[], { only, from }: StepChoice): readonly Step[] {
  if (only !== undefined && from !== undefined) {
    throw new UserError('--only and --from exclude each other: give one of them')
  }
  if (from !== undefined) return steps.slice(steps.indexOf(stepNamed(steps, '--from', from)))
  if (only === undefined) return steps
  const named = only.split(',').map(text => stepNamed(steps, '--only', text))
  return steps.filter(step => named.includes(step))
}

function stepNamed(steps: readonly Step[], flag: string, text: string): Step {
  const name = text.trim()
  const ids = steps.map(({ id }) => id)
  const found = steps.find(({ id }, index) => id === name || String(index + 1) === name)
  if (found) return found
  const meant = nearest(name, ids)
  throw new UserError(
    `${flag} names the step ${showValue(name)}; ${meant ? `did you mean ${meant}? ` : ''}allowed: ${ids.join(', ')}, or their numbers 1 to ${ids.length}`,
  )
}
