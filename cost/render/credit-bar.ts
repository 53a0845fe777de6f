import { type Report } from '../bill.ts'
import { judgedBill } from '../judged.ts'
import { usdText } from './money.ts'
import { usedOf } from './sentences.ts'

/** A stretch of the credit: what it is, and USD. */
export type Stretch = { kind: 'used' | 'a month' | 'after it'; usd: number; label: string }

/**
 * The credit from its first dollar: what is used, what the month ahead takes, what is left after it. What was used
 * is known from Cost Explorer or from what runs; without either, the bar starts at what is left.
 */
export function creditStretches(report: Report): Stretch[] {
  const { credit, live } = report
  const left = Math.max(0, credit.remainingUsd)
  const used = usedOf(report)
  const month = Math.min(left, judgedBill(report).usd)
  const stretches: Stretch[] = [
    ...(used ? [{ kind: 'used', usd: used.usd, label: `used since ${used.since}` } as const] : []),
    { kind: 'a month', usd: month, label: live ? 'the month ahead' : 'the first month' },
    { kind: 'after it', usd: left - month, label: month > 0 ? 'left after it' : 'left' },
  ]
  return stretches.filter(({ usd }) => usd > 0)
}

const signs = { used: '█', 'a month': '▓', 'after it': '░' } as const satisfies Record<
  Stretch['kind'],
  string
>

/**
 * The stretches as a bar of so many characters; each that is worth a cent has one at least.
 * @returns the characters of each stretch, to be painted apart.
 */
export function barOf(
  stretches: readonly Stretch[],
  width: number,
): { kind: Stretch['kind']; text: string }[] {
  const total = stretches.reduce((sum, { usd }) => sum + usd, 0)
  let at = 0
  let drawn = 0
  return stretches.map(({ kind, usd }, index) => {
    at += usd
    const room = width - (stretches.length - 1 - index)
    const end = Math.min(room, Math.max(drawn + 1, Math.round((at / total) * width)))
    const text = signs[kind].repeat(Math.max(0, end - drawn))
    drawn = end
    return { kind, text }
  })
}

/** What the stretches mean: `█ $27.80 used since 2026-10-01`. */
export function stretchText({ kind, usd, label }: Stretch): string {
  return `${signs[kind]} ${usdText(usd)} ${label}`
}
