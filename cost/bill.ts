import { type Price } from './prices.ts'

/** One line of a bill. */
export type BillLine = {
  /** Id of the price: `ec2:t3.medium`. */
  item: string
  /** What a person calls it: `EC2 host`. */
  name: string
  /** Its configuration, and how much of it: `t3.medium, 730 h`. */
  what: string
  /** In the price's unit, for the bill's period. */
  quantity: number
  /** Missing where none is known. */
  price?: Price
  /** USD for the bill's period; missing where no price is known. */
  usd?: number
  /** How the quantity was arrived at, where it isn't simply what runs. */
  because?: string
}

/** What a stack costs. */
export type Bill = {
  lines: readonly BillLine[]
  /** USD for the period; a lower bound while `unpriced` isn't empty. */
  usd: number
  /** Items of which no price is known. */
  unpriced: readonly string[]
}

/** What runs now, found by tag: what it cost so far, and what it costs from here on. */
export type LiveBill = {
  /** Since the oldest part was made; estimated from hours, sizes and requests, before credits. */
  soFar: Bill
  /** A month at the present rate. */
  aMonth: Bill
  /** ISO times. */
  since: string
  paused: boolean
}

/** What AWS says was spent, gross of credits: Cost Explorer's days, the last up to a day behind. */
export type ActualBill = {
  /** ISO days; the end is exclusive. */
  from: string
  to: string
  byService: readonly { service: string; usd: number }[]
  byDay: readonly { day: string; usd: number }[]
  usd: number
  /** ISO time of the answer: it is kept for the day, for each question costs $0.01. */
  askedAt: string
}

/** How long the credit lasts. */
export type CreditOutlook = {
  remainingUsd: number
  /** AWS, the command line, or wikiflow.config.ts. */
  source: 'account' | 'flag' | 'config'
  plan?: 'free' | 'paid'
  /** ISO day on which the credit expires, used or not. */
  expires?: string
  /** Whole days from `at`; null where nothing costs. */
  days: number | null
  /** ISO day on which it is used up, or expires if that comes first. */
  ends?: string
  expiresFirst: boolean
  note?: string
}

/** All that `cost/report.ts` says; `--json` prints it as it is. */
export type Report = {
  stack: string
  region: string
  /** ISO time of the report. */
  at: string
  /** A month of what `wikiflow.config.ts` describes. */
  planned: Bill
  /** With `--host`, `--nodes`, …: a month of what was asked about. */
  whatIf?: Bill & { changes: readonly string[] }
  live?: LiveBill
  actual?: ActualBill
  credit: CreditOutlook
  /** Why the bills differ, in sentences. */
  differences: readonly string[]
  /** What would change the bill most, the largest first: USD a month, negative for a saving. */
  levers: readonly { what: string; usdAMonth: number }[]
  /** Sources that couldn't be read, and why. */
  unavailable: readonly { source: 'live' | 'actual' | 'credit'; why: string }[]
  /** `fits`: the credit lasts 30 days at least. */
  verdict: 'fits' | "doesn't fit" | "couldn't tell"
}
