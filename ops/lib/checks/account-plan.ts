import { type Credit } from '../cloud/credit.ts'
import { type Check, type Outcome } from './check.ts'
import { type StackContext } from './stack-context.ts'

/** Which plan the account is on, what credit is left, and until when. */
export const accountPlanCheck: Check<Pick<StackContext, 'credit'>> = {
  id: 'plan',
  title: 'plan and credit',
  needs: ['credentials'],
  run: async ({ credit }) => describeCredit(await credit()),
}

/** A credit in words. An account older than the plans has none to tell, and that is nothing to mend. */
export function describeCredit({ plan, remainingUsd, expires, note, reason }: Credit): Outcome {
  if (plan === undefined) {
    return {
      state: reason === 'older account' ? 'ok' : 'warning',
      found: note ?? 'the account tells no plan',
    }
  }
  const until = expires ? `, until ${expires.toISOString().slice(0, 10)}` : ''
  const found = `${plan === 'free' ? 'Free' : 'Paid'} plan${until}; $${remainingUsd.toFixed(2)} of credit`
  return note ? { state: 'warning', found: `${found} (${note})` } : { state: 'ok', found: `${found} left` }
}
