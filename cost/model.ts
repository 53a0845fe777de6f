import { type Stack } from '../ops/lib/stack/schema.ts'

/** How much of a priced item is used in a month. */
export type Usage = {
  /** Id of a price in `cost/prices.json`: `ec2:t3.medium`. */
  item: string
  /** What is shown: `1 × 730 h`. */
  what: string
  /** In the price's unit, a month of 730 hours. */
  quantity: number
}

/** What the lake uses. */
export function lakeUsage(_stack: Stack): Usage[] {
  return []
}
