import { type Bill, type BillLine, type LiveBill } from '../bill.ts'
import { notRead } from '../live/metered.ts'
import { cent, listInWords, timeInWords, usdInWords } from './words.ts'

/** A quantity that differs by less than this share is the same. */
const sameShare = 0.02

/** Why what runs costs something else than what is described. */
export function explainLive(planned: Bill, live: LiveBill, at: Date): string[] {
  const { soFar, aMonth, since, paused } = live
  if (soFar.lines.length === 0) return ['Nothing of the stack runs: what is described costs nothing yet.']
  const described = itemsOf(planned)
  const there = itemsOf(aMonth)
  const seen = itemsOf(soFar)
  return [
    `So far is ${timeInWords(at.getTime() - Date.parse(since))} from ${since.slice(0, 10)} on, the plan is a month of 730 hours: ${usdInWords(soFar.usd)} beside ${usdInWords(planned.usd)}.`,
    ...(paused ? [pausedSentence(planned, aMonth)] : []),
    ...(paused ? [] : unlike(described, there, seen)),
    ...surplus(seen, described),
    ...requests(there, described),
    ...stored(there, described),
    ...freeTransfer(seen),
    ...unread(soFar),
    ...unpriced(soFar),
  ]
}

function pausedSentence(planned: Bill, aMonth: Bill): string {
  const names = [...new Set(aMonth.lines.filter(({ usd = 0 }) => usd >= cent).map(({ name }) => name))]
  const still = names.length > 0 ? `; ${listInWords(names)} still bill` : ''
  return `The stack is paused: a month costs ${usdInWords(aMonth.usd)} instead of ${usdInWords(planned.usd)}${still}.`
}

/** Hosts, database, disks and addresses that are there and not described, described and not there, or of another size. */
function unlike(
  described: ReadonlyMap<string, BillLine>,
  there: ReadonlyMap<string, BillLine>,
  seen: ReadonlyMap<string, BillLine>,
): string[] {
  const more = [...there.values()].filter(
    ({ item, quantity }) => isSized(item) && quantity > 0 && !described.has(item),
  )
  const less = [...described.values()].filter(({ item }) => isSized(item) && !there.has(item))
  const sized = [...there.values()].flatMap(line => {
    const plan = described.get(line.item)
    const differs = plan && isSized(line.item) && isApart(line.quantity, plan.quantity)
    return differs ? [sizeSentence(plan, line)] : []
  })
  return [
    ...more.map(
      line =>
        `${line.name} (${line.what}) runs and isn't described${line.usd === undefined ? '' : `: ${usdInWords(line.usd)} a month`}.`,
    ),
    ...less.map(({ item, name, what, usd = 0 }) =>
      seen.has(item)
        ? `${name} (${what}) is described and stands still: ${usdInWords(usd)} a month less.`
        : `${name} (${what}) is described and isn't there: ${usdInWords(usd)} a month less.`,
    ),
    ...sized,
  ]
}

function sizeSentence(plan: BillLine, line: BillLine): string {
  const by = (line.usd ?? 0) - (plan.usd ?? 0)
  const money = Math.abs(by) < cent ? '' : `: ${usdInWords(Math.abs(by))} a month ${by > 0 ? 'more' : 'less'}`
  return `${line.name} is ${line.what}, and ${plan.what} is described${money}.`
}

/** What has a size or a number in the description, unlike what depends on use. */
function isSized(item: string): boolean {
  return /^(ec2:(?!surplus)|ebs:|rds:(?!surplus|backup)|ipv4$)/.test(item)
}

function surplus(seen: ReadonlyMap<string, BillLine>, described: ReadonlyMap<string, BillLine>): string[] {
  return [...seen.values()]
    .filter(({ item, usd = 0 }) => item.endsWith(':surplus-cpu') && usd >= cent)
    .map(({ item, name, usd = 0 }) => {
      const plan = (described.get(item)?.usd ?? 0) >= cent ? '' : ', which the plan has none of'
      return `CPU over the baseline (${name}) cost ${usdInWords(usd)} so far${plan}.`
    })
}

function requests(there: ReadonlyMap<string, BillLine>, described: ReadonlyMap<string, BillLine>): string[] {
  const now = there.get('s3:put')
  const plan = described.get('s3:put')
  if (!now || !plan || !isApart(now.quantity, plan.quantity)) return []
  const by = Math.abs((now.usd ?? 0) - (plan.usd ?? 0))
  if (by < cent) return []
  const word = now.quantity > plan.quantity ? 'more' : 'fewer'
  return [
    `The lake gets ${word} files than planned: ${thousands(now.quantity)} PUT a month for ${thousands(plan.quantity)}, ${usdInWords(by)}.`,
  ]
}

/** The plan counts what the lake will hold; it bills what it holds. */
function stored(there: ReadonlyMap<string, BillLine>, described: ReadonlyMap<string, BillLine>): string[] {
  const now = there.get('s3:storage')
  const plan = described.get('s3:storage')
  const by = (now?.usd ?? 0) - (plan?.usd ?? 0)
  if (!now || !plan || Math.abs(by) < cent) return []
  const money = `${usdInWords(Math.abs(by))} a month ${by > 0 ? 'more' : 'less'}`
  return [`The lake holds ${now.what} now, and the plan counts ${plan.what}: ${money}.`]
}

/** The quantity is what is billed: none of what was sent is the free tier's doing. */
function freeTransfer(seen: ReadonlyMap<string, BillLine>): string[] {
  const line = seen.get('transfer:out')
  return line?.because?.startsWith('at most') && line.quantity === 0
    ? [`Transfer out costs nothing so far: each month's first 100 GB are free (${line.what}).`]
    : []
}

function unread({ lines }: Bill): string[] {
  return lines
    .filter(({ what }) => what === notRead)
    .map(({ name, because = 'AWS did not say' }) => `${name} isn't in what runs: ${because}.`)
}

function unpriced({ lines, unpriced: items }: Bill): string[] {
  const read = new Set(lines.filter(({ what }) => what !== notRead).map(({ item }) => item))
  const without = items.filter(item => read.has(item))
  return without.length > 0
    ? [`No price is known here for ${listInWords(without)}: what runs costs more than is said.`]
    : []
}

/** A line for each item, its quantities and amounts added. */
function itemsOf({ lines }: Bill): Map<string, BillLine> {
  const items = new Map<string, BillLine>()
  for (const line of lines) {
    const before = items.get(line.item)
    items.set(line.item, before ? together(before, line) : line)
  }
  return items
}

function together(a: BillLine, b: BillLine): BillLine {
  const usd = a.usd === undefined || b.usd === undefined ? undefined : a.usd + b.usd
  const { usd: _, ...rest } = a
  return {
    ...rest,
    what: `${a.what} + ${b.what}`,
    quantity: a.quantity + b.quantity,
    ...(usd === undefined ? {} : { usd }),
  }
}

function isApart(a: number, b: number): boolean {
  return Math.abs(a - b) > sameShare * Math.max(a, b)
}

function thousands(quantity: number): string {
  return Math.round(quantity * 1_000).toLocaleString('en')
}
