import { type InstanceTypeInfo, paginateDescribeInstanceTypes } from '@aws-sdk/client-ec2'
import { hoursAMonth } from '../../../cost/model.ts'
import { findPrice } from '../../../cost/prices.ts'
import { type Cloud } from '../cloud/cloud.ts'
import { type Check } from './check.ts'
import { type StackContext } from './stack-context.ts'

/** The least memory that holds the pipeline, in MiB: that of t3.medium. */
const leastMemoryMib = 4_096
/** Where a type without a price stands among the others: behind them, in USD an hour. */
const unpriced = 1_000
/** Days that the Free plan keeps a database's backups at most: RDS answers FreeTierRestrictionError to more. */
const mostBackupDays = 1

/** What the Free plan doesn't allow; a dry run of AWS doesn't show it. */
export const freePlanCheck: Check<Pick<StackContext, 'stack' | 'cloud' | 'credit' | 'around'>> = {
  id: 'free-plan',
  title: "Free plan's limits",
  needs: ['region'],
  run: async ({ stack, cloud, credit, around }) => {
    const { host, database } = await stack()
    const { plan, reason } = await credit()
    const { freeTierEligible } = (await around()).hostType
    if (plan === 'paid') return { state: 'ok', found: 'none on the Paid plan' }
    if (plan === undefined && reason === 'older account')
      return { state: 'ok', found: 'none on an older account' }
    if (plan === undefined) {
      return freeTierEligible
        ? { state: 'ok', found: `${host.type} can be launched on either plan` }
        : { state: 'warning', found: `on the Free plan, if it is that, ${host.type} can't be launched` }
    }
    if (!freeTierEligible) {
      const eligible = await readEligible(await cloud())
      return {
        state: 'failed',
        found: `host.type ${host.type} can't be launched on the Free plan`,
        fix: `${eligible ? `set host.type to ${eligible}, or ` : ''}go over to the Paid plan, which keeps the credit (console: Billing and Cost Management)`,
      }
    }
    if (database.backupDays > mostBackupDays) {
      return {
        state: 'warning',
        found: `backups are kept for ${mostBackupDays} day, not for ${database.backupDays} as database.backupDays says`,
        fix: 'set it to 1, or go over to the Paid plan, which keeps the credit',
      }
    }
    return { state: 'ok', found: `${host.type} can be launched, backups are kept for a day at most` }
  },
}

/** The types that the plan allows and the pipeline fits on, the cheapest first: `c7i-flex.large ($61.90 a month)`. */
async function readEligible({ ec2, region }: Cloud): Promise<string> {
  const types: InstanceTypeInfo[] = []
  const filter = { Filters: [{ Name: 'free-tier-eligible', Values: ['true'] }] }
  const pages = paginateDescribeInstanceTypes({ client: ec2 }, filter)
  for await (const { InstanceTypes } of pages) types.push(...(InstanceTypes ?? []))
  return types
    .filter(({ MemoryInfo }) => (MemoryInfo?.SizeInMiB ?? 0) >= leastMemoryMib)
    .map(({ InstanceType: type = '' }) => ({ type, usd: findPrice(`ec2:${type}`, region)?.usd }))
    .sort((a, b) => (a.usd ?? unpriced) - (b.usd ?? unpriced) || a.type.localeCompare(b.type))
    .map(({ type, usd }) => (usd ? `${type} ($${(usd * hoursAMonth).toFixed(2)} a month)` : type))
    .join(' or ')
}
