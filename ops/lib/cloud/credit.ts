import { type Stack } from '../stack/schema.ts'
import { type Cloud } from './cloud.ts'
import { type AccountPlan, NoPlanError, readAccountPlan } from './free-tier.ts'

/** What there is to pay a stack with. */
export type Credit = {
  /** Undefined when the account doesn't say. */
  plan: 'free' | 'paid' | undefined
  remainingUsd: number
  /** When the plan ends, and what it still holds with it. */
  expires?: Date
  /** Who says how much is left: AWS, or `budget.creditUsd` of wikiflow.config.ts. */
  source: 'account' | 'config'
  /** Why it is not the account that says it, or what to know about it; a sentence. */
  note?: string
  /** Why the account doesn't tell its plan. */
  reason?: NoPlanError['reason']
}

/** Reads the account's plan and credit; where AWS doesn't tell, the credit of the description, with a note. */
export async function readCredit(cloud: Pick<Cloud, 'sts'>, stack: Pick<Stack, 'budget'>): Promise<Credit> {
  try {
    return creditOf(await readAccountPlan(cloud), stack)
  } catch (error) {
    if (!(error instanceof NoPlanError)) throw error
    const note = `${error.message}: ${fromConfig(stack)}`
    return {
      plan: undefined,
      remainingUsd: stack.budget.creditUsd,
      source: 'config',
      note,
      reason: error.reason,
    }
  }
}

/** What an account's plan says about its credit. */
function creditOf(account: AccountPlan, stack: Pick<Stack, 'budget'>): Credit {
  const plan = account.accountPlanType === 'FREE' ? 'free' : 'paid'
  const { accountPlanRemainingCredits: left, accountPlanExpirationDate: expires } = account
  const ended = account.accountPlanStatus === 'EXPIRED'
  const note = ended
    ? 'the plan has expired: move to the Paid plan in the console (Billing and Cost Management)'
    : left === undefined && `the account's plan names no credit: ${fromConfig(stack)}`
  return {
    plan,
    remainingUsd: ended ? 0 : (left?.amount ?? stack.budget.creditUsd),
    source: ended || left ? 'account' : 'config',
    ...(expires && { expires }),
    ...(note && { note }),
  }
}

function fromConfig({ budget }: Pick<Stack, 'budget'>): string {
  return `the credit of $${budget.creditUsd.toFixed(2)} is what wikiflow.config.ts says`
}
