import { type Report } from './bill.ts'
import { explainActual } from './explain/actual.ts'
import { explainLive } from './explain/live.ts'

/** What of a report tells why its bills differ. */
export type Bills = Pick<Report, 'at' | 'planned' | 'live' | 'actual'>

/**
 * Why what was planned, what runs, and what AWS counted aren't the same: a sentence for each reason that the numbers
 * bear out, none for one that only might be.
 */
export function explainDifferences({ at, planned, live, actual }: Bills): string[] {
  return [
    ...(live ? explainLive(planned, live, new Date(at)) : []),
    ...(actual ? explainActual(actual, live, new Date(at)) : []),
  ]
}
