import { type Stack } from '../ops/lib/stack/schema.ts'
import { type ActualBill, type Bill, type CreditOutlook, type LiveBill, type Report } from './bill.ts'
import { explainDifferences } from './explain.ts'
import { freePlanLimits } from './free-plan.ts'
import { judgedBill } from './judged.ts'
import { levers } from './levers.ts'
import { type CreditState, creditOutlook, leastDays } from './outlook.ts'
import { planBill } from './plan-bill.ts'
import { type WhatIf } from './what-if.ts'

/** What a report is made of. */
export type Findings = {
  stack: Stack
  whatIf?: WhatIf | undefined
  live?: LiveBill | undefined
  actual?: ActualBill | undefined
  credit: CreditState
  unavailable: Report['unavailable']
}

/** So many levers are shown: the rest changes less. */
const mostLevers = 8

/** Puts a report together. The credit is held against what was asked about, else what it is spent on. */
export function composeReport({ stack, whatIf, ...findings }: Findings, now: Date): Report {
  const { live, actual, credit, unavailable } = findings
  const planned = planBill(stack)
  const asked = whatIf && { ...planBill(whatIf.stack, whatIf.assumptions), changes: whatIf.changes }
  const bills = { at: now.toISOString(), planned, ...(live ? { live } : {}), ...(actual ? { actual } : {}) }
  const judged = judgedBill({ planned, ...(asked && { whatIf: asked }), ...(live && { live }) })
  const outlook = creditOutlook(judged.usd, withLimits(credit, whatIf?.stack ?? stack), now)
  return {
    stack: stack.name,
    region: stack.region,
    ...bills,
    ...(asked ? { whatIf: asked } : {}),
    credit: outlook,
    differences: explainDifferences(bills),
    levers: (whatIf ? levers(whatIf.stack, whatIf.assumptions) : levers(stack)).slice(0, mostLevers),
    unavailable,
    verdict: verdictOn(judged, outlook),
  }
}

function withLimits(credit: CreditState, stack: Stack): CreditState {
  const limits = credit.plan === 'free' ? freePlanLimits(stack) : undefined
  const note = [credit.note, limits].filter(one => one !== undefined).join('. ')
  return note ? { ...credit, note } : credit
}

/** A lower bound that the credit doesn't cover doesn't fit, whatever the rest costs. */
function verdictOn({ unpriced }: Bill, { days }: CreditOutlook): Report['verdict'] {
  if (days !== null && days < leastDays) return "doesn't fit"
  return unpriced.length > 0 ? "couldn't tell" : 'fits'
}
