import { type Assumptions, assumed } from './assumptions.ts'
import { lakeFiles } from './lake-files.ts'
import { findPrice, type Price } from './prices.ts'

/** How much of a priced item is used in a month. */
export type Usage = {
  /** Id of a price in `cost/prices.json`: `ec2:t3.medium`. */
  item: string
  /** What a person calls it: `EC2 host`. */
  name: string
  /** Its configuration, and how much of it: `t3.medium, 730 h`. */
  what: string
  /** In the price's unit, a month of 730 hours. */
  quantity: number
  /** How the quantity was arrived at, where it isn't simply what runs. */
  because?: string
}

/** A usage with its price; both amounts are missing where no price is known. */
export type PricedLine = {
  usage: Usage
  price?: Price
  /** USD a month. */
  usd?: number
}

/** USD a month. It is a lower bound, and says what is missing, while `unpriced` isn't empty. */
export type Total = { usd: number; unpriced: readonly string[] }

/** Hours of AWS's month: what its own calculator takes. */
export const hoursAMonth = 730

/** S3 bills binary gigabytes. */
const gigabyte = 2 ** 30

/** How the lake's files age. */
type LakeAges = { lake: { infrequentAccessAfterDays: number; deleteAfterDays?: number | undefined } }

/**
 * What the lake uses in a month: a PUT for each file, what is stored, and the moves to cheaper storage.
 * @param ageDays how long it has been written. After a month it holds as much as it does on average over the two
 * months that $100 last.
 * @param stream the live stream, unless told otherwise.
 */
export function lakeUsage(
  { lake }: LakeAges,
  ageDays = assumed.lakeAgeDays,
  stream: Pick<Assumptions, 'eventsPerSecond' | 'rotateS'> = assumed,
): Usage[] {
  const { anHour, bytesADay, movable } = lakeFiles(stream)
  const files = anHour * hoursAMonth
  const kept = Math.min(ageDays, lake.deleteAfterDays ?? Number.POSITIVE_INFINITY)
  const warm = movable ? Math.min(kept, lake.infrequentAccessAfterDays) : kept
  const cold = kept - warm
  const gb = (days: number) => (bytesADay * days) / gigabyte
  return [
    requests('s3:put', 'S3 requests', 'PUT', files),
    stored('s3:storage', 'S3 storage', gb(warm), warm),
    ...(cold > 0
      ? [
          stored('s3:infrequent-access', 'S3 infrequent access', gb(cold), cold),
          requests('s3:infrequent-access-transition', 'S3 moves', 'to infrequent access', files),
        ]
      : []),
  ]
}

/**
 * Hosts, each with its disk.
 * @param hours of the month in which they run; their disks bill always.
 */
export function hostUsage(type: string, count: number, diskGb: number, hours = hoursAMonth): Usage[] {
  return [
    running(`ec2:${type}`, 'EC2 host', type, count, hours),
    { item: 'ebs:gp3', name: 'EBS', what: `${times(count)}gp3, ${diskGb} GB`, quantity: count * diskGb },
  ]
}

/**
 * A database with its storage. Backups as large as the storage cost nothing.
 * @param hours of the month in which it runs; its storage bills always.
 */
export function databaseUsage(instanceClass: string, storageGb: number, hours = hoursAMonth): Usage[] {
  return [
    running(`rds:${instanceClass}`, 'RDS instance', instanceClass, 1, hours),
    { item: 'rds:gp3', name: 'RDS storage', what: `gp3, ${storageGb} GB`, quantity: storageGb },
  ]
}

/** Public addresses, whether anything runs behind them or not. */
export function addressUsage(count: number): Usage[] {
  return [running('ipv4', 'public IPv4', 'address', count, hoursAMonth)]
}

/** Usages with their prices in a region; what nothing is used of costs nothing, whether its price is known or not. */
export function pricedLines(usages: readonly Usage[], region: string): PricedLine[] {
  return usages.map(usage => {
    const price = findPrice(usage.item, region)
    if (price) return { usage, price, usd: usage.quantity * price.usd }
    return usage.quantity === 0 ? { usage, usd: 0 } : { usage }
  })
}

/** The sum of what has a price, and the items that have none. */
export function totalOf(lines: readonly PricedLine[]): Total {
  const unpriced = new Set(lines.filter(({ usd }) => usd === undefined).map(({ usage }) => usage.item))
  return { usd: lines.reduce((sum, { usd = 0 }) => sum + usd, 0), unpriced: [...unpriced] }
}

/** Days that a credit lasts at so many USD a month; infinite where nothing costs. */
export function creditDays(usdAMonth: number, creditUsd: number): number {
  if (usdAMonth <= 0) return Number.POSITIVE_INFINITY
  return Math.max(0, creditUsd) / dailyUsd(usdAMonth)
}

/** USD a day of so many a month. */
export function dailyUsd(usdAMonth: number): number {
  return (usdAMonth * 24) / hoursAMonth
}

function running(item: string, name: string, what: string, count: number, hours: number): Usage {
  return { item, name, what: `${times(count)}${what}, ${shown(hours)} h`, quantity: count * hours }
}

function times(count: number): string {
  return count === 1 ? '' : `${count} × `
}

function requests(item: string, name: string, what: string, count: number): Usage {
  return { item, name, what: `${what}, ${shown(count)} requests`, quantity: count / 1_000 }
}

function stored(item: string, name: string, gb: number, days: number): Usage {
  return { item, name, what: `${gb.toFixed(1)} GB of ${days} days`, quantity: gb }
}

function shown(amount: number): string {
  return Math.round(amount).toLocaleString('en')
}
