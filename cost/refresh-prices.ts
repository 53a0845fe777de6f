import { type Found, type Offer, pick, type Rule } from './price-list.ts'
import { type PriceFile, unitOf } from './prices.ts'

/** What became of an item's price: undefined `before` is one that wasn't known. */
export type Change = { item: string; region: string; before?: number; after: number }

/** AWS's public price list: no account is needed. */
export const priceListUrl = 'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws'

/**
 * The prices of the rules' items in an offer, all or none.
 * @returns errors of each rule that hasn't one product, instead of prices.
 */
export function pickAll(asked: readonly Rule[], offer: Offer): { found: Found[] } | { errors: string[] } {
  const found: Found[] = []
  const errors: string[] = []
  for (const rule of asked) {
    try {
      found.push(pick(rule, offer))
    } catch (error) {
      errors.push(error instanceof Error ? error.message : String(error))
    }
  }
  return errors.length > 0 ? { errors } : { found }
}

/**
 * A price file with what an offer says: the items found have its prices, its edition as their source, and its date. All
 * others stay as they are; sources that nothing names any more are left out.
 */
export function refreshed(
  file: PriceFile,
  offer: Offer,
  found: readonly Found[],
): { file: PriceFile; changes: Change[] } {
  const { service, region, version, date } = offer
  const source = `${service} ${region}, ${date}`
  const prices = [...file.prices]
  const changes = found.flatMap(({ item, sku, usd }): Change[] => {
    const unit = unitOf(item)
    if (!unit) return []
    const index = prices.findIndex(one => one.item === item && one.region === region)
    const before = prices[index]?.usd
    const entry = { item, region, unit, usd, sku, source }
    if (index >= 0) prices[index] = entry
    else prices.splice(prices.findLastIndex(one => one.region === region) + 1 || prices.length, 0, entry)
    return [{ item, region, ...(before === undefined ? {} : { before }), after: usd }]
  })
  const used = new Set(prices.map(one => one.source))
  const sources = {
    ...file.sources,
    [source]: { where: `${priceListUrl}/${service}/${version}/${region}/index.json`, date },
  }
  return {
    file: { sources: Object.fromEntries(Object.entries(sources).filter(([name]) => used.has(name))), prices },
    changes,
  }
}

/** A change in a line: `rds:gp3 us-east-1  $0.115 → $0.12 (+4.3 %)`. */
export function changeLine({ item, region, before, after }: Change): string {
  const what = `${item} in ${region}`
  if (before === undefined) return `${what}: ${after}, not known before`
  if (before === after) return `${what}: ${after}, as before`
  const percent = ((after / before - 1) * 100).toFixed(1)
  return `${what}: ${before} → ${after} (${after > before ? '+' : ''}${percent} %)`
}
