import { dailyUsd } from '../../../cost/model.ts'
import { creditOutlook } from '../../../cost/outlook.ts'
import { planBill } from '../../../cost/plan-bill.ts'
import { type Bill, billOf } from '../cloud/bill.ts'
import { type Stack } from '../stack/schema.ts'
import { type MigrationContext } from './context.ts'
import { usualStack } from './usual-stack.ts'

/** What the stack costs once it is there, and who says so: AWS's plan, the description, or what `init` would write. */
export type MigrationBill = Bill & { from: 'plan' | 'wikiflow.config.ts' | 'ops/init.ts' }

/**
 * The bill of a migration. Without an account it is that of `cost/report.ts`, held against the credit that the
 * description names.
 * @returns undefined for hosts given by address, and for a description that can't be read.
 */
export async function migrationBill(
  context: Pick<MigrationContext, 'open' | 'plan' | 'described' | 'destination'>,
  now = new Date(),
): Promise<MigrationBill | undefined> {
  if (context.destination.target !== undefined) return undefined
  try {
    const bill = billOf(await context.plan(), await context.open(), now)
    return bill && { ...bill, from: 'plan' }
  } catch {
    // Why the plan can't be made stands in its steps.
    const described = await context.described().catch(() => null)
    if (described === null) return undefined
    const from = described ? 'wikiflow.config.ts' : 'ops/init.ts'
    return { ...modelled(described ?? usualStack, now), from }
  }
}

function modelled(stack: Stack, now: Date): Bill {
  const { usd, unpriced } = planBill(stack)
  const credit = creditOutlook(usd, { remainingUsd: stack.budget.creditUsd, source: 'config' }, now)
  return { usd, unpriced, usdADay: dailyUsd(usd), credit }
}
