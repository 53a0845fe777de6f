import { topic } from '../runtime/src/contract.ts'
import { findPrice, type Price } from './prices.ts'

/** How much of a priced item is used in a month. */
export type Usage = {
  /** Id of a price in `cost/prices.json`: `ec2:t3.medium`. */
  item: string
  /** What is shown: `EC2 t3.medium, 730 h`. */
  what: string
  /** In the price's unit, a month of 730 hours. */
  quantity: number
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

/** Events/s of the live stream: the mean of 22,415 events in ten minutes of August 2026. */
const eventsPerSecond = 37.4
/**
 * Bytes of an event in the lake, GZIP: measured on simulated events of 1,418 B of JSON (the live stream's have
 * 1,423 B), 1,850 to a file, as one partition gathers in ten minutes.
 */
const lakeBytesPerEvent = 210
/** Seconds between two files of a partition: `LAKE_ROTATE_S` on AWS. */
const lakeRotateS = 600
/** S3 bills binary gigabytes. */
const gigabyte = 2 ** 30

/** How the lake's files age. */
type LakeAges = { lake: { infrequentAccessAfterDays: number; deleteAfterDays?: number | undefined } }

/**
 * What the lake uses in a month of the live stream: a PUT for each file, and what is stored.
 * @param ageDays how long it has been written. After a month it holds as much as it does on average over the two
 * months that $100 last.
 */
export function lakeUsage({ lake }: LakeAges, ageDays = 30): Usage[] {
  const files = (hoursAMonth * 3_600 * topic.partitions) / lakeRotateS
  const kept = Math.min(ageDays, lake.deleteAfterDays ?? Number.POSITIVE_INFINITY)
  const warm = Math.min(kept, lake.infrequentAccessAfterDays)
  const cold = kept - warm
  return [
    requests('s3:put', 'S3 PUT', files),
    stored('s3:storage', 'S3 storage', warm),
    ...(cold > 0
      ? [
          stored('s3:infrequent-access', 'S3 infrequent access', cold),
          requests('s3:infrequent-access-transition', 'S3 moves to infrequent access', files),
        ]
      : []),
  ]
}

/** Hosts that run all month, each with its disk. */
export function hostUsage(type: string, count: number, diskGb: number): Usage[] {
  return [
    running(`ec2:${type}`, `EC2 ${type}`, count),
    { item: 'ebs:gp3', what: `${times(count)}EBS gp3, ${diskGb} GB`, quantity: count * diskGb },
  ]
}

/** A database that runs all month, with its storage. Backups as large as the storage cost nothing. */
export function databaseUsage(instanceClass: string, storageGb: number): Usage[] {
  return [
    running(`rds:${instanceClass}`, `RDS ${instanceClass}`, 1),
    { item: 'rds:gp3', what: `RDS gp3, ${storageGb} GB`, quantity: storageGb },
  ]
}

/** Public addresses, whether anything runs behind them or not. */
export function addressUsage(count: number): Usage[] {
  return [running('ipv4', 'public IPv4', count)]
}

/** Usages with their prices in a region. */
export function pricedLines(usages: readonly Usage[], region: string): PricedLine[] {
  return usages.map(usage => {
    const price = findPrice(usage.item, region)
    return price ? { usage, price, usd: usage.quantity * price.usd } : { usage }
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

function running(item: string, name: string, count: number): Usage {
  return { item, what: `${times(count)}${name}, ${hoursAMonth} h`, quantity: count * hoursAMonth }
}

function times(count: number): string {
  return count === 1 ? '' : `${count} × `
}

function requests(item: string, name: string, count: number): Usage {
  return { item, what: `${name}, ${count.toLocaleString('en')} requests`, quantity: count / 1_000 }
}

function stored(item: string, name: string, days: number): Usage {
  const gb = (eventsPerSecond * 86_400 * days * lakeBytesPerEvent) / gigabyte
  return { item, what: `${name}, ${gb.toFixed(1)} GB of ${days} days`, quantity: gb }
}
