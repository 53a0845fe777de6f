import { type CreditOutlook, type LiveBill } from '../bill.ts'
import { dailyUsd } from '../model.ts'
import { type CreditState, creditOutlook } from '../outlook.ts'

/** Shares of the credit, in per cent, at which a warning is due. */
const levels = [100, 80, 50] as const

/** What is known of a stack and its credit. */
export type Situation = {
  /** The whole credit, in USD. */
  creditUsd: number
  /** What the account says is left; its `source` is another where it doesn't say. */
  credit: CreditState
  live: LiveBill
  /** USD a month of what is described, while it runs. */
  describedUsd: number
  /** The credit must cover so many days. */
  leastDays: number
}

/** How far the credit is used, and whether it ends soon. */
export type Judgement = {
  usedUsd: number
  remainingUsd: number
  /** `account`: AWS says what is left. `hours`: what runs was counted, at list prices. */
  by: 'account' | 'hours'
  /** More may be used: not all that runs could be read, or has a price. */
  atLeast: boolean
  /** The highest level that is reached; 0 below 50 %. */
  level: 0 | 50 | 80 | 100
  /** Of what is described or of what runs, whichever is more, also while the stack is paused. */
  usdADay: number
  outlook: CreditOutlook
  /** What is left covers less than the days asked for. */
  short: boolean
}

/** Judges a stack's credit: how much is used, and how long the rest lasts while the stack runs. */
export function judge({ creditUsd, credit, live, describedUsd, leastDays }: Situation, now: Date): Judgement {
  const told = credit.source === 'account'
  const usedUsd = told ? Math.max(0, creditUsd - credit.remainingUsd) : live.soFar.usd
  const remainingUsd = told ? credit.remainingUsd : Math.max(0, creditUsd - usedUsd)
  // Paused, or with a database alone that RDS has started by itself, it costs little: no reason to let it go on.
  const usdAMonth = hasPower(live) ? Math.max(live.aMonth.usd, describedUsd) : live.aMonth.usd
  const outlook = creditOutlook(usdAMonth, { ...credit, remainingUsd }, now)
  // Tenths of a cent are no reason to call a level reached, nor to overlook it.
  const percent = Math.round((usedUsd / creditUsd) * 100_000) / 1_000
  return {
    usedUsd,
    remainingUsd,
    by: told ? 'account' : 'hours',
    atLeast: !told && live.soFar.unpriced.length > 0,
    level: levels.find(level => percent >= level) ?? 0,
    usdADay: dailyUsd(usdAMonth),
    outlook,
    short: outlook.days !== null && outlook.days < leastDays,
  }
}

/** Whether there is a host or a database, running or not, or perhaps: it couldn't be read. */
function hasPower({ soFar }: LiveBill): boolean {
  return soFar.lines.some(({ item }) => /^(ec2:(?!surplus)|rds:db\.)/.test(item))
}

/** What the guard did about it. */
export type Deed = 'nothing' | 'paused' | 'already paused'

/** Exit code: 0 all is well · 1 couldn't tell · 2 warned · 3 paused. */
export function exitCodeOf({ level, short, atLeast }: Judgement, deed: Deed): 0 | 1 | 2 | 3 {
  if (deed !== 'nothing') return 3
  if (level > 0 || short) return 2
  return atLeast ? 1 : 0
}
