import { inWords } from '../../ops/lib/cloud/errors.ts'
import { type Bill } from '../bill.ts'
import { type Usage } from '../model.ts'
import { billOfUsage } from '../plan-bill.ts'

/** How much was used, in the price's unit, in words, and how that was arrived at where it isn't simply read. */
type Amount = { quantity: number; what: string; because?: string | undefined }

/** An item that bills: what it used so far, and what it uses in a month of 730 hours at the present rate. */
export type Metered = { item: string; name: string; soFar: Amount; aMonth: Amount }

/** What such an item's line says instead of an amount. */
export const notRead = 'not read'

/** An item of which this caller couldn't read how much is used, and why. */
export type Unread = { item: string; name: string; why: string }

/** What a reading of AWS found. */
export type Reading = { metered: readonly Metered[]; unread: readonly Unread[] }

/** Nothing found, and nothing refused. */
export const nothing: Reading = { metered: [], unread: [] }

/** A call's answer or, where AWS refused or couldn't be reached, the sentence that says why; other errors are thrown. */
export async function attempt<T>(call: Promise<T>): Promise<{ value: T } | { why: string }> {
  try {
    return { value: await call }
  } catch (error) {
    const sentence = inWords(error)
    if (!sentence) throw error
    return { why: sentence.message }
  }
}

/** The two bills of a reading, a line for each item; what uses nothing and needs no explanation is left out. */
export function billsOf({ metered, unread }: Reading, region: string): { soFar: Bill; aMonth: Bill } {
  const missing = unread.map(({ item, name, why }) => ({
    item,
    name,
    what: notRead,
    quantity: 0,
    because: why,
  }))
  const billOf = (period: Period): Bill => {
    const { lines, usd, unpriced } = billOfUsage(joined(metered, period), region)
    const unknown = missing.map(({ item }) => item)
    return { lines: [...lines, ...missing], usd, unpriced: [...new Set([...unpriced, ...unknown])] }
  }
  return { soFar: billOf('soFar'), aMonth: billOf('aMonth') }
}

type Period = 'soFar' | 'aMonth'

/** Things of the same item as one. */
function joined(metered: readonly Metered[], period: Period): Usage[] {
  const used = metered.filter(one => one[period].quantity > 0 || one[period].because !== undefined)
  return [...Map.groupBy(used, ({ item }) => item)].map(([item, things]) => {
    const amounts = things.map(one => one[period])
    const because = [...new Set(amounts.flatMap(one => one.because ?? []))].join('; ')
    return {
      item,
      name: things[0]?.name ?? item,
      what: together(amounts.map(({ what }) => what)),
      quantity: amounts.reduce((sum, one) => sum + one.quantity, 0),
      ...(because ? { because } : {}),
    }
  })
}

/** `2 × t3.medium, 730 h`, as the plan says it; what isn't the same stands one after the other. */
function together(whats: readonly string[]): string {
  return [...Map.groupBy(whats, what => what)]
    .map(([what, same]) => (same.length > 1 ? `${same.length} × ${what}` : what))
    .join(' + ')
}
