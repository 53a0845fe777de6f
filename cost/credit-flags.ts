import { UserError } from '../ops/lib/script.ts'
import { type ActualBill, type Bill, type LiveBill } from './bill.ts'
import { dailyUsd } from './model.ts'
import { type CreditState } from './outlook.ts'

/** A credit as the command line tells it. */
export type CreditFlags = { usd: number; since?: Date }

const mostUsd = 1_000_000
const dayMs = 86_400_000

/**
 * Reads `--credit USD` and `--since DATE`; undefined without them.
 * @throws UserError that names the flag, its value and what is allowed.
 */
export function parseCreditFlags(
  { credit, since }: { credit?: string | undefined; since?: string | undefined },
  now: Date,
): CreditFlags | undefined {
  if (credit === undefined) {
    if (since === undefined) return undefined
    throw new UserError('--since says from when the credit of --credit counts: give both')
  }
  const usd = /^\$?\d{1,7}(\.\d{1,2})?$/.test(credit) ? Number(credit.replace('$', '')) : Number.NaN
  if (!(usd >= 0 && usd <= mostUsd)) {
    throw new UserError(`--credit ${JSON.stringify(credit)}; allowed: USD from 0 to ${mostUsd}, such as 100`)
  }
  return { usd, ...(since === undefined ? {} : { since: parseDay(since, now) }) }
}

function parseDay(text: string, now: Date): Date {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined
  // Date takes the 31st of a short month for the next one's first.
  if (!day || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text) {
    throw new UserError(`--since ${JSON.stringify(text)}; allowed: a day such as 2026-10-01`)
  }
  if (day > now)
    throw new UserError(`--since ${text} lies ahead; allowed: the day on which the credit was given`)
  return day
}

/**
 * What is left of a credit that was given on a day: what AWS billed since then, what ran since then, or the plan's
 * rate for all the time, whichever is known first; the note says which.
 */
export function creditLeft(
  { usd, since }: CreditFlags,
  bills: { planned: Bill; live?: LiveBill | undefined; actual?: ActualBill | undefined },
  now: Date,
): CreditState {
  if (!since) return { remainingUsd: usd, source: 'flag' }
  const { spent, how } = spentSince(since, bills, now)
  return {
    remainingUsd: Math.max(0, usd - spent),
    source: 'flag',
    note: `of $${usd.toFixed(2)} given on ${since.toISOString().slice(0, 10)}, $${spent.toFixed(2)} are spent: ${how}`,
  }
}

function spentSince(
  since: Date,
  { planned, live, actual }: Parameters<typeof creditLeft>[1],
  now: Date,
): { spent: number; how: string } {
  const day = since.toISOString().slice(0, 10)
  if (actual && actual.from <= day) {
    const billed = actual.byDay.filter(one => one.day >= day)
    return { spent: billed.reduce((sum, { usd }) => sum + usd, 0), how: 'what Cost Explorer says' }
  }
  if (live && Date.parse(live.since) >= since.getTime()) {
    return { spent: live.soFar.usd, how: `estimated from what ran since ${live.since.slice(0, 10)}` }
  }
  const days = (now.getTime() - since.getTime()) / dayMs
  return {
    spent: dailyUsd(planned.usd) * days,
    how: `estimated, as if the planned stack had run all ${Math.floor(days)} days`,
  }
}
