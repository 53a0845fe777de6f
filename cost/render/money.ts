import { type Bill } from '../bill.ts'
import { type Price } from '../prices.ts'

const units = {
  hour: 'h',
  'vCPU-hour': 'vCPU-h',
  'GB-month': 'GB-month',
  '1000 requests': '1,000',
  GB: 'GB',
} as const satisfies Record<Price['unit'], string>

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })
/** Unit prices go down to a hundredth of a thousandth: S3 asks $0.0004 for 1,000 GETs. */
const fine = new Intl.NumberFormat('en-US', {
  style: 'currency',
  currency: 'USD',
  maximumFractionDigits: 6,
})

/** USD as people read it: `$1,234.50`, `-$5.84`; what would round to nothing is `<$0.01`. */
export function usdText(usd: number): string {
  if (usd !== 0 && Math.abs(usd) < 0.005) return usd > 0 ? '<$0.01' : '>-$0.01'
  return dollars.format(usd === 0 ? 0 : usd)
}

/** A unit's price: `$0.0416/h`, `$0.005/1,000`. */
export function unitPriceText({ usd, unit }: Pick<Price, 'usd' | 'unit'>): string {
  return `${fine.format(usd)}/${units[unit]}`
}

/** A bill's sum; a lower bound, and said to be one, while some of its items have no price. */
export function totalText({ usd, unpriced }: Pick<Bill, 'usd' | 'unpriced'>): string {
  return unpriced.length > 0 ? `${usdText(usd)} or more` : usdText(usd)
}

/** A change of the bill: `+$4.20`, `-$5.84`. */
export function changeText(usd: number): string {
  return usd > 0 ? `+${usdText(usd)}` : usdText(usd)
}
