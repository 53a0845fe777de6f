import { judge as judgeSpend } from '../../../../cost/guard/judge.ts'
import { guardSentence } from '../../../../cost/guard/sentence.ts'
import { readLive } from '../../../../cost/live.ts'
import { pricedLines, totalOf } from '../../../../cost/model.ts'
import { type Check, type Outcome } from '../check.ts'
import { type StackContext } from '../stack-context.ts'

/** The credit must cover so many days, as `cost/guard.ts` has it by default. */
const leastDays = 3
/** From this share of the credit on, in per cent, it is time to think of its end. */
const warnedLevel = 80

/** Whether the credit pays for what runs. */
export const spendCheck: Check<Pick<StackContext, 'open'>> = {
  id: 'spend',
  title: 'spend',
  looksAt: `what is spent and what runs stay within the credit, which covers ${leastDays} days more at least`,
  needs: ['region'],
  run: async ({ open }, say) => {
    const opened = await open()
    say('adding up what runs')
    const { stack, parts, credit } = opened
    const now = new Date()
    const { creditUsd } = stack.budget
    const usage = parts.filter(({ wanted }) => wanted).flatMap(part => part.usage)
    const describedUsd = totalOf(pricedLines(usage, stack.region)).usd
    const live = await readLive(opened, now)
    const judgement = judgeSpend({ creditUsd, credit, live, describedUsd, leastDays }, now)
    return outcomeOf(judgement, guardSentence(stack, creditUsd, judgement, 'nothing'))
  },
}

/** What a judgement of the credit means for a check. */
export function outcomeOf(
  { level, short, atLeast }: { level: number; short: boolean; atLeast: boolean },
  found: string,
): Outcome {
  const fix =
    'npx zx cost/report.ts --live shows what costs; npx zx ops/pause.ts stops it, npx zx ops/destroy.ts ends it'
  if (short || level === 100) return { state: 'failed', found, fix }
  return level >= warnedLevel || atLeast ? { state: 'warning', found, fix } : { state: 'ok', found }
}
