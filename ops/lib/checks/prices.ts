import { creditDays, type PricedLine, pricedLines, totalOf } from '../../../cost/model.ts'
import { leastDays } from '../../../cost/outlook.ts'
import { type Credit } from '../cloud/credit.ts'
import { type Check, type Outcome } from './check.ts'
import { type StackContext } from './stack-context.ts'

/** Whether all that the stack uses has a known price in its region, and how long the credit lasts. */
export const pricesCheck: Check<Pick<StackContext, 'stack' | 'credit' | 'parts'>> = {
  id: 'prices',
  title: 'price',
  needs: ['region'],
  run: async ({ stack, credit, parts }) => {
    const { region } = await stack()
    const usages = (await parts()).filter(({ wanted }) => wanted).flatMap(({ usage }) => usage)
    return describePrice(pricedLines(usages, region), await credit(), region)
  },
}

/** What a month costs, and how long that can be paid. */
export function describePrice(
  lines: readonly PricedLine[],
  { remainingUsd }: Pick<Credit, 'remainingUsd'>,
  region: string,
): Outcome {
  const { usd, unpriced } = totalOf(lines)
  const days = Math.floor(creditDays(usd, remainingUsd))
  const lasts = Number.isFinite(days) ? `: $${remainingUsd.toFixed(2)} of credit last ${days} days` : ''
  const least = unpriced.length > 0 ? 'at least ' : ''
  const found = `${least}$${usd.toFixed(2)} a month in ${region}${lasts}${least && ' at most'}`
  if (unpriced.length > 0) {
    const items = unpriced.join(', ')
    return {
      state: 'warning',
      found: `${found}; no price is known of ${items}`,
      fix: `look them up at https://calculator.aws and add them to cost/prices.json, or choose us-east-1`,
    }
  }
  if (days >= leastDays) return { state: 'ok', found }
  return {
    state: 'warning',
    found,
    fix: `provision.ts refuses less than ${leastDays} days unless told --over-budget: choose smaller sizes in wikiflow.config.ts`,
  }
}
