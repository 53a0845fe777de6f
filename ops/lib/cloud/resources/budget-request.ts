import {
  type Budget,
  type CreateBudgetRequest,
  type Notification,
  type ResourceTag,
} from '@aws-sdk/client-budgets'
import { type Names } from '../../stack/names.ts'
import { type Stack } from '../../stack/schema.ts'
import { type Fact, type Facts } from '../part.ts'

/** At how much of the credit AWS writes, in percent. */
const thresholds = [50, 80, 100] as const

/** Days that the budget covers. After its last one AWS removes it, and the next run makes a new one. */
const coveredDays = 365

/** What makes the budget, its alerts and their reader. */
export function budgetRequest(
  stack: Stack,
  names: Names,
  account: string,
  now: Date,
  tags: readonly ResourceTag[],
): CreateBudgetRequest {
  const { email } = stack.budget
  const Subscribers = email === undefined ? [] : [subscriberOf(email)]
  return {
    AccountId: account,
    Budget: budgetOf(stack, names, now),
    NotificationsWithSubscribers: alerts().map(Notification => ({ Notification, Subscribers })),
    ResourceTags: [...tags],
  }
}

/**
 * The whole account's cost against the credit, from the day it is made: one period that never starts again, as a
 * month's or a year's budget would. Counted is what is used, not what is paid: that stays at 0 while credits pay.
 */
export function budgetOf({ budget }: Stack, names: Names, now: Date): Budget {
  const start = new Date(now)
  start.setUTCHours(0, 0, 0, 0)
  const end = new Date(start)
  end.setUTCDate(end.getUTCDate() + coveredDays)
  return {
    BudgetName: names.budget,
    BudgetType: 'COST',
    TimeUnit: 'CUSTOM',
    TimePeriod: { Start: start, End: end },
    BudgetLimit: { Amount: String(budget.creditUsd), Unit: 'USD' },
    CostTypes: { IncludeCredit: false, IncludeRefund: false },
  }
}

/** What AWS writes about, one for each threshold. */
export function alerts(): Notification[] {
  return thresholds.map(Threshold => ({
    NotificationType: 'ACTUAL',
    ComparisonOperator: 'GREATER_THAN',
    Threshold,
    ThresholdType: 'PERCENTAGE',
  }))
}

/** Who is written to. */
export function subscriberOf(Address: string) {
  return { SubscriptionType: 'EMAIL', Address } as const
}

/** How the budget should be, as the plan shows it. */
export function budgetFacts({ budget }: Stack): Facts {
  return {
    limit: dollars(budget.creditUsd),
    period: 'one, from its first day',
    counts: 'cost before credits and refunds',
    alerts: alerts().map(alertInWords),
    'e-mail': budget.email ?? 'none',
  }
}

/**
 * A budget of AWS's in the same words.
 * @param found its alerts, each with whom it reaches; undefined where that can't be read.
 */
export function foundBudgetFacts(
  { BudgetType, TimeUnit, BudgetLimit, CostTypes, CostFilters, FilterExpression }: Budget,
  found: readonly { alert: Notification; readers: readonly string[] | undefined }[],
): Record<string, Fact | undefined> {
  const filtered = FilterExpression !== undefined || Object.keys(CostFilters ?? {}).length > 0
  const counted = [
    ...(CostTypes?.IncludeCredit === false ? [] : ['credits']),
    ...(CostTypes?.IncludeRefund === false ? [] : ['refunds']),
  ]
  const what = counted.length > 0 ? `cost less ${counted.join(' and ')}` : 'cost before credits and refunds'
  return {
    limit: dollars(Number(BudgetLimit?.Amount), BudgetLimit?.Unit),
    period: TimeUnit === 'CUSTOM' ? 'one, from its first day' : `${TimeUnit}, again and again`,
    counts: `${BudgetType === 'COST' ? what : BudgetType}${filtered ? ' of a part of the account' : ''}`,
    alerts: found.map(({ alert }) => alertInWords(alert)),
    'e-mail': readersInWords(found.map(({ readers }) => readers)),
  }
}

/** An alert as the plan shows it: `actual over 50 %`. */
export function alertInWords(alert: Notification): string {
  const { NotificationType, ComparisonOperator, Threshold, ThresholdType } = alert
  const sign = ComparisonOperator === 'GREATER_THAN' ? 'over' : String(ComparisonOperator)
  const unit = ThresholdType === 'ABSOLUTE_VALUE' ? 'USD' : '%'
  return `${NotificationType?.toLowerCase()} ${sign} ${Threshold} ${unit}`
}

/** Whom the alerts reach: one line when all reach the same. */
function readersInWords(readers: readonly (readonly string[] | undefined)[]): string | undefined {
  const each = readers.flatMap(list => (list ? [[...list].sort().join(', ') || 'none'] : []))
  if (each.length < readers.length) return undefined
  return [...new Set(each)].join('; ') || 'none'
}

function dollars(amount: number, unit = 'USD'): string {
  return `${amount.toFixed(2)} ${unit}`
}
