import { type Report } from '../bill.ts'
import { isOld } from '../outlook.ts'
import { type Price } from '../prices.ts'
import { columnsOf } from './comparison.ts'

/** A source of prices as the legend names it. */
export type Citation = {
  /** What stands beside a price: `a`, … `z`, `aa`. */
  mark: string
  source: string
  /** ISO day. */
  date: string
  /** Older than 90 days at the report's time. */
  old: boolean
}

/** Each source of a report's prices once, in the order of the lines. */
export function citationsOf(report: Report): Citation[] {
  const seen = new Map<string, Citation>()
  for (const { bill } of columnsOf(report)) {
    for (const { price } of bill.lines) {
      if (!price || seen.has(keyOf(price))) continue
      const { source, date } = price
      seen.set(keyOf(price), {
        mark: markOf(seen.size),
        source,
        date,
        old: isOld(price, new Date(report.at)),
      })
    }
  }
  return [...seen.values()]
}

/** The citation of a price, which stands among a report's. */
export function citationOf(price: Price, citations: readonly Citation[]): Citation | undefined {
  return citations.find(({ source, date }) => keyOf({ source, date }) === keyOf(price))
}

const list =
  /^https:\/\/pricing\.us-east-1\.amazonaws\.com\/offers\/v1\.0\/aws\/(\w+)\/\w+\/([\w-]+)\/index\.\w+$/
const pinned = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)\/blob\/([0-9a-f]{7})[0-9a-f]*\/.*?([^/]+)$/

/** A source in few words, for a terminal: `AWS price list AmazonRDS, us-east-1`. JSON and HTML have it whole. */
export function shortSource(source: string): string {
  const [, service, region] = list.exec(source) ?? []
  if (service) return `AWS price list ${service}, ${region}`
  const [, repository, commit, file] = pinned.exec(source) ?? []
  return repository ? `${repository} at ${commit}, ${file}` : source.replace(/^https:\/\//, '')
}

function keyOf({ source, date }: Pick<Price, 'source' | 'date'>): string {
  return `${date} ${source}`
}

function markOf(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26))
  return index < 26 ? letter : markOf(Math.floor(index / 26) - 1) + letter
}
