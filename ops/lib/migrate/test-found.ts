import { type Found } from './step.ts'
import { steps } from './steps.ts'

/** The ten steps as found, for tests: done, but for those that are given. */
export function found(changes: Readonly<Record<string, Pick<Found, 'state' | 'evidence'>>> = {}): Found[] {
  return steps.map(({ probe: _, ...step }, index) => ({
    ...{ ...step, number: index + 1, state: 'done', evidence: 'is there' },
    ...changes[step.id],
  }))
}
