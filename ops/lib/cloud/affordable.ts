import { creditDays, pricedLines, totalOf } from '../../../cost/model.ts'
import { UserError } from '../script.ts'
import { type OpenStack } from './open.ts'
import { type Plan } from './plan.ts'

/** The least that the credit must last, in days. */
const leastDays = 30

/**
 * Refuses a plan whose stack the credit doesn't cover for 30 days, or whose price isn't known.
 * @throws UserError unless `overBudget`.
 */
export function assertAffordable(plan: Plan, { stack, credit }: OpenStack, overBudget: boolean): void {
  if (overBudget) return
  const usage = plan.steps.filter(({ action }) => action !== 'delete').flatMap(({ part }) => part.usage)
  const total = totalOf(pricedLines(usage, stack.region))
  const days = creditDays(total.usd, credit.remainingUsd)
  const why =
    total.unpriced.length > 0
      ? `no price is known in ${stack.region} for ${total.unpriced.join(', ')}, so nobody can say how long the credit lasts`
      : days < leastDays
        ? `the credit of $${credit.remainingUsd.toFixed(2)} covers ${Math.floor(days)} days of this stack ($${total.usd.toFixed(2)} a month), and ${leastDays} is the least`
        : undefined
  if (why) {
    throw new UserError(
      `Nothing was changed: ${why}. Choose smaller sizes in wikiflow.config.ts, or go on with --over-budget`,
    )
  }
}
