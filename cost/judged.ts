import { type Bill, type Report } from './bill.ts'

/**
 * The bill against which a report holds the credit: what was asked about, else what runs, else what is planned; the
 * dearer of the last two while something that runs has no price or couldn't be read: half of a bill would make the
 * credit look longer than it is.
 */
export function judgedBill({ whatIf, live, planned }: Pick<Report, 'whatIf' | 'live' | 'planned'>): Bill {
  if (whatIf) return whatIf
  if (!live || live.aMonth.usd === 0) return planned
  return live.aMonth.unpriced.length > 0 && live.aMonth.usd < planned.usd ? planned : live.aMonth
}
