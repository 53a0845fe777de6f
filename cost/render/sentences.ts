import { type ActualBill, type CreditOutlook, type Report } from '../bill.ts'
import { leastDays } from '../outlook.ts'
import { unpricedOf } from './comparison.ts'
import { usdText } from './money.ts'

const origins = {
  account: 'as AWS says',
  flag: 'as --credit says',
  config: 'budget.creditUsd of wikiflow.config.ts',
} as const satisfies Record<CreditOutlook['source'], string>

/** USD used of the credit, where something tells: Cost Explorer first, then what runs; from which day on. */
export function usedOf({ actual, live }: Report): { usd: number; since: string } | undefined {
  if (actual) return { usd: actual.usd, since: actual.from }
  return live && { usd: live.soFar.usd, since: live.since.slice(0, 10) }
}

/** What is left of the credit, who says so, and how long it lasts; in a sentence. */
export function creditSentence(report: Report): string {
  const { remainingUsd, source, plan, expires } = report.credit
  const from = [origins[source], ...(plan ? [`${plan === 'free' ? 'Free' : 'Paid'} plan`] : [])].join(', ')
  const until =
    expires === undefined || report.credit.expiresFirst ? '' : `; what is left expires on ${expires}`
  return `The credit of ${usdText(remainingUsd)} (${from}) ${lasts(report)}${until}.`
}

/** What is true, and what to do next: how a report ends. */
export function conclusion(report: Report): { said: string; next: string } {
  const { credit, verdict, region, live } = report
  const unpriced = unpricedOf(report)
  if (verdict === "couldn't tell") {
    return unpriced.length > 0
      ? {
          said: `How long the credit lasts can't be told: no price is known in ${region} for ${unpriced.join(', ')}.`,
          next: `Next: npx zx cost/update-prices.ts --region ${region}`,
        }
      : {
          said: "How long the credit lasts can't be told.",
          next: 'Next: npx zx cost/report.ts --credit 100 --since DATE',
        }
  }
  const next =
    verdict === 'fits'
      ? live
        ? 'npx zx cost/guard.ts warns in time'
        : 'npx zx ops/provision.ts --plan'
      : live && !live.paused
        ? 'npx zx ops/pause.ts stops what bills by the hour'
        : 'npx zx cost/optimise.ts names cheaper stacks'
  return {
    said: credit.days === null ? 'It fits: nothing costs.' : `${fits(report, credit.days)}.`,
    next: `Next: ${next}`,
  }
}

/** The days of Cost Explorer's answer, the last one included: its own end is exclusive. */
export function billedSpan({ from, to }: Pick<ActualBill, 'from' | 'to'>): string {
  const last = new Date(Date.parse(to) - 86_400_000).toISOString().slice(0, 10)
  return last > from ? `${from} to ${last}` : from
}

/** What to do about prices that are older than 90 days. */
export function oldPrices({ region }: Pick<Report, 'region'>): string {
  return `Prices marked ! are older than 90 days: npx zx cost/update-prices.ts --region ${region}`
}

/** Since when the stack runs, or that it is paused. */
export function liveSentence({ live }: Report): string | undefined {
  if (!live) return undefined
  const since = live.since.slice(0, 10)
  return live.paused
    ? `live: paused; what stands still bills. So far: since ${since}, estimated, before credits.`
    : `live: a month at the present rate. So far: since ${since}, estimated, before credits.`
}

function fits({ credit, verdict }: Report, days: number): string {
  if (days === 0) return `It doesn't fit: the credit ${ended(credit)}`
  const spans = `the credit covers ${days} ${days === 1 ? 'day' : 'days'}`
  const until = credit.ends === undefined ? '' : `, until ${credit.ends}`
  return verdict === 'fits'
    ? `It fits: ${spans}${until}`
    : `It doesn't fit: ${spans}${until}, and ${leastDays} is the least`
}

function lasts(report: Report): string {
  const { days, ends, expiresFirst } = report.credit
  if (days === 0) return ended(report.credit)
  if (expiresFirst) return `expires on ${ends}, before it is used up`
  if (days === null) {
    return unpricedOf(report).length > 0
      ? 'lasts for a time that nobody can say without prices'
      : 'is not touched'
  }
  const most = unpricedOf(report).length > 0 ? 'at most ' : ''
  return `lasts ${most}${days} ${days === 1 ? 'day' : 'days'}, until ${ends ?? 'further than dates go'}`
}

function ended({ expiresFirst, ends, remainingUsd }: CreditOutlook): string {
  if (expiresFirst) return `expired on ${ends}`
  return remainingUsd <= 0 ? 'is used up' : 'lasts less than a day'
}
