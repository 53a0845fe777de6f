import { topic } from '../runtime/src/contract.ts'
import { type Assumptions, assumedOf } from './assumptions.ts'
import { type Bill, type BillLine } from './bill.ts'
import { lakeFiles } from './lake-files.ts'
import {
  addressUsage,
  databaseUsage,
  hostUsage,
  hoursAMonth,
  lakeUsage,
  pricedLines,
  totalOf,
  type Usage,
} from './model.ts'
import { runningHours } from './pauses.ts'
import { databaseSurplusUsage, hostSurplusUsage } from './surplus.ts'
import { storageNeededGb, tableSizes } from './tables.ts'
import { transferUsage } from './transfer.ts'

/** What of a stack its bill depends on; `Stack` of `ops/lib/stack/schema.ts` has it. */
export type BilledStack = {
  region: string
  host: { type: string; count: number; diskGb: number }
  database: { class: string; storageGb: number }
  lake: { infrequentAccessAfterDays: number; deleteAfterDays?: number | undefined }
  pipeline?: { lakeRotateS: number } | undefined
}

/**
 * A month of a stack, line by line, computed from what the pipeline does with its events.
 * @param assumptions the live stream on AWS, unless told otherwise.
 */
export function planBill(stack: BilledStack, assumptions: Assumptions = assumedOf(stack)): Bill {
  return billOfUsage(stackUsage(stack, assumptions), stack.region)
}

/** What a stack uses in a month. */
export function stackUsage(stack: BilledStack, assumptions: Assumptions = assumedOf(stack)): Usage[] {
  const { host, database } = stack
  const hours = runningHours(assumptions)
  return [
    ...hostUsage(host.type, host.count, host.diskGb, hours.host),
    ...grownDatabase(database, assumptions, hours.database),
    ...addressUsage(host.count),
    ...lakeUsage(stack, assumptions.lakeAgeDays, assumptions),
    ...transferUsage(assumptions.viewers, hours.host),
    ...hostSurplusUsage(host, assumptions, hours.host),
    ...databaseSurplusUsage(database.class, assumptions, hours.database),
    {
      item: 'rds:backup',
      name: 'RDS backups',
      what: '0 GB billed',
      quantity: 0,
      because: 'as much as the storage is free',
    },
  ]
}

/** Usages with their prices, as a bill. */
export function billOfUsage(usages: readonly Usage[], region: string): Bill {
  const priced = pricedLines(usages, region)
  const lines = priced.map(
    ({ usage, price, usd }): BillLine => ({
      ...usage,
      ...(price ? { price } : {}),
      ...(usd === undefined ? {} : { usd }),
    }),
  )
  return { lines, ...totalOf(priced) }
}

/** GB that PostgreSQL needs for its tables at their full size. */
export function databaseNeedsGb(assumptions: Assumptions): number {
  const files = lakeFiles(assumptions).anHour * hoursAMonth
  return storageNeededGb(tableSizes(assumptions, files, topic.partitions))
}

/** A database that outgrows its storage is billed for what it will need: it would stop otherwise. */
function grownDatabase(
  { class: instanceClass, storageGb }: BilledStack['database'],
  assumptions: Assumptions,
  hours: number,
): Usage[] {
  const needed = Math.ceil(databaseNeedsGb(assumptions))
  const [instance, storage] = databaseUsage(instanceClass, Math.max(storageGb, needed), hours)
  if (!instance || !storage) return []
  const because =
    needed > storageGb
      ? `the tables grow to ${needed} GB: the ${storageGb} GB configured are too few`
      : `the tables grow to ${needed} GB with what is kept of them`
  return [instance, { ...storage, because }]
}
