import { type Result } from './check.ts'

/** What is said of a run of checks at its end. */
export type Closing = {
  /** When nothing failed: `Ready`. */
  well: string
  /** When something did: `Not ready`. */
  ill: string
  /** What holds in both: `nothing was changed on AWS`. */
  always: string
}

/** What is true now, in a sentence or two. */
export function closing(results: readonly Pick<Result, 'state'>[], { well, ill, always }: Closing): string {
  const count = (state: Result['state']) => results.filter(one => one.state === state).length
  const [failed, skipped, warnings] = [count('failed'), count('skipped'), count('warning')]
  if (failed + skipped > 0) {
    const unseen = skipped > 0 ? `, and ${skipped} could not be looked at for that` : ''
    return `${ill}: ${failed} of ${results.length} failed${unseen}. Mend what the arrows say, then run this again; ${always}.`
  }
  const noted = warnings === 0 ? '' : warnings === 1 ? ', with a warning' : `, with ${warnings} warnings`
  return `${well}${noted}: ${always}.`
}
