import { type CreditOutlook } from './bill.ts'
import { creditDays } from './model.ts'
import { type Price } from './prices.ts'

/** A plan that the credit doesn't cover for so many days is refused, and a bill that it doesn't cover doesn't fit. */
export const leastDays = 30

/** Days after which a price must be looked up again: AWS changes a few each quarter. */
const oldAfterDays = 90

const dayMs = 86_400_000

/** Past the year 9999 a date has no common form. */
const lastDateMs = 253_402_300_800_000

/** What there is to pay with: `Credit` of `ops/lib/cloud/credit.ts`, or what the command line says. */
export type CreditState = {
  remainingUsd: number
  source: CreditOutlook['source']
  plan?: CreditOutlook['plan'] | undefined
  expires?: Date
  note?: string
}

/**
 * How long a credit lasts at so many USD a month: until it is used up or expires, whichever comes first.
 * @param usdAMonth for 730 hours, as the model gives it.
 */
export function creditOutlook(usdAMonth: number, credit: CreditState, now: Date): CreditOutlook {
  const { remainingUsd, source, plan, expires, note } = credit
  const usedUp = now.getTime() + creditDays(usdAMonth, remainingUsd) * dayMs
  const expiry = expires?.getTime() ?? Number.POSITIVE_INFINITY
  const ends = Math.min(usedUp, expiry)
  return {
    remainingUsd,
    source,
    ...(plan ? { plan } : {}),
    ...(expires ? { expires: isoDay(expiry) } : {}),
    days: Number.isFinite(ends) ? Math.max(0, Math.floor((ends - now.getTime()) / dayMs)) : null,
    ...(ends < lastDateMs ? { ends: isoDay(ends) } : {}),
    expiresFirst: expiry < usedUp,
    ...(note === undefined ? {} : { note }),
  }
}

/** Whether a price's day is more than 90 days past: it must be looked up again. */
export function isOld({ date }: Pick<Price, 'date'>, now: Date): boolean {
  return now.getTime() - Date.parse(date) > oldAfterDays * dayMs
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}
