import { type CreditOutlook } from '../../../cost/bill.ts'
import { dailyUsd, pricedLines, type Total, totalOf, type Usage } from '../../../cost/model.ts'
import { creditOutlook } from '../../../cost/outlook.ts'
import { type Credit } from './credit.ts'
import { type Part } from './part.ts'
import { type Plan, type Step } from './plan.ts'

/** What a plan is about: whose it is, where, and what pays for it. `OpenStack` has all of it. */
export type PlanView = {
  stack: { name: string; region: string }
  cloud: { account: string }
  credit: Credit
  /** All parts of the stack; a plan for some of them has no bill of the whole. */
  parts?: readonly Pick<Part, 'id' | 'wanted'>[]
}

/** What a stack costs once a plan is carried out, and how long the credit covers it. */
export type Bill = Total & {
  usdADay: number
  credit: CreditOutlook
}

/** What a step's part costs a month afterwards; what stands still doesn't bill its hours. */
export function stepTotal({ part, action }: Step, region: string): Total {
  const stopped = part.want.state === 'stopped' && action !== 'delete'
  const usage = stopped ? part.usage.filter(one => !stopsWithPower(one)) : part.usage
  return totalOf(pricedLines(usage, region))
}

/** The bill of a plan; undefined when it is about some parts of the stack alone, or removes all that it is about. */
export function billOf(plan: Plan, { stack, credit, parts = [] }: PlanView, now: Date): Bill | undefined {
  const planned = new Set(plan.steps.map(({ part }) => part.id))
  if (parts.some(({ id, wanted }) => wanted && !planned.has(id))) return undefined
  const stays = plan.steps.filter(({ action }) => action !== 'delete')
  if (stays.length === 0) return undefined
  const total = sumOf(stays, stack.region)
  return { ...total, usdADay: dailyUsd(total.usd), credit: creditOutlook(total.usd, credit, now) }
}

/** USD a month that end with the parts that a plan removes. */
export function endingUsd(plan: Plan, region: string): number {
  return sumOf(
    plan.steps.filter(({ action }) => action === 'delete'),
    region,
  ).usd
}

function sumOf(steps: readonly Step[], region: string): Total {
  const totals = steps.map(step => stepTotal(step, region))
  return {
    usd: totals.reduce((all, { usd }) => all + usd, 0),
    unpriced: [...new Set(totals.flatMap(({ unpriced }) => unpriced))],
  }
}

/** Instances bill while they run, and files are written while they do; disks, addresses and what is stored always. */
export function stopsWithPower({ item }: Usage): boolean {
  return item.startsWith('ec2:') || item.startsWith('rds:db.') || item === 's3:put'
}
