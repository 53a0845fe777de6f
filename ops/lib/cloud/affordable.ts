import { leastDays } from '../../../cost/outlook.ts'
import { UserError } from '../script.ts'
import { billOf, type PlanView } from './bill.ts'
import { type Plan } from './plan.ts'

/**
 * Refuses a plan whose stack the credit doesn't cover for 30 days, or whose price isn't known.
 * @throws UserError that says why, and how to go on all the same.
 */
export function assertAffordable(plan: Plan, view: PlanView, now = new Date()): void {
  const bill = billOf(plan, view, now)
  if (!bill) return
  const { usd, unpriced, credit } = bill
  const { days } = credit
  const why =
    unpriced.length > 0
      ? `no price is known in ${view.stack.region} for ${unpriced.join(', ')}, so nobody can say how long the credit lasts`
      : days !== null && days < leastDays
        ? `the credit of $${credit.remainingUsd.toFixed(2)} covers ${days} days of this stack ($${usd.toFixed(2)} a month${credit.expiresFirst ? `; it expires on ${credit.expires}` : ''}), and ${leastDays} is the least`
        : undefined
  if (why) {
    throw new UserError(
      `Nothing was changed: ${why}. Choose smaller sizes in wikiflow.config.ts, or go on with --over-budget`,
    )
  }
}
