/** `npx zx cost/guard.ts`: warns before the credit ends, and can pause the stack in time; for cron and CI. */
import { parseArgs } from 'node:util'
import { openStack, toStand } from '../ops/lib/cloud/open.ts'
import { runCloudScript } from '../ops/lib/cloud/script.ts'
import { switchPower } from '../ops/lib/cloud/switch-power.ts'
import { naming } from '../ops/lib/deploy/target-flags.ts'
import { scriptArgs, stateFolder, UserError } from '../ops/lib/script.ts'
import { type Deed, exitCodeOf, judge } from './guard/judge.ts'
import { numberFrom } from './guard/number-from.ts'
import { guardSentence } from './guard/sentence.ts'
import { readLive } from './live.ts'
import { pricedLines, totalOf } from './model.ts'

const help = `npx zx cost/guard.ts [options]      how much of the credit is used, in one line

Warns at 50, 80 and 100 %, and when the credit covers less than --days. It never asks; run again, it does nothing
twice. What is left is what the account says, held against budget.creditUsd of wikiflow.config.ts; where the account
doesn't say, what runs is counted at list prices.

  --pause        stop hosts and database when what is left covers less than --days; all data stays
  --days N       days that the credit must cover (default 3)
  --credit USD   the whole credit, instead of budget.creditUsd
  --json         the judgement as one JSON object on standard output
  --config FILE  the stack's description (default wikiflow.config.ts)
  --state DIR    where this machine's keys and passwords are kept (default .wikiflow)

Every hour by cron, in the folder of this project:
  17 * * * *  cd $HOME/wikiflow && npx zx cost/guard.ts --pause >> .wikiflow/guard.log 2>&1

RDS starts a stopped database by itself after seven days: the next run pauses it again.

Exit code: 0 less than 50 % is used · 1 couldn't tell, or couldn't pause · 2 warned · 3 paused, now or before`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      pause: { type: 'boolean', default: false },
      days: { type: 'string', default: '3' },
      credit: { type: 'string' },
      json: { type: 'boolean', default: false },
      config: { type: 'string' },
      state: { type: 'string', default: stateFolder },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const leastDays = numberFrom('--days', values.days, { most: 365, whole: true })
  const given = values.credit === undefined ? undefined : numberFrom('--credit', values.credit, { most: 1e6 })
  const open = await openStack(values, { ...toStand, power: 'stopped' })
  const { stack, parts, credit } = open
  const now = new Date()
  const creditUsd = given ?? stack.budget.creditUsd
  const usage = parts.filter(({ wanted }) => wanted).flatMap(part => part.usage)
  const describedUsd = totalOf(pricedLines(usage, stack.region)).usd
  const live = await readLive(open, now)
  const judgement = judge({ creditUsd, credit, live, describedUsd, leastDays }, now)

  let deed: Deed = 'nothing'
  if (values.pause && judgement.short) {
    // It may be paused in part alone: a plan for what stands still already is empty.
    const { result, problems } = await switchPower(open, 'stopped', { json: true, agree: async () => true })
    if (result !== 'done' && result !== 'nothing to do') {
      throw new UserError(
        `${guardSentence(stack, creditUsd, judgement, deed)}\nThe stack could not be paused: ${problems.join('; ')}`,
      )
    }
    deed = result === 'done' ? 'paused' : 'already paused'
  }
  console.log(
    values.json
      ? JSON.stringify(
          { stack: stack.name, region: stack.region, at: now, creditUsd, ...judgement, deed },
          null,
          2,
        )
      : naming(guardSentence(stack, creditUsd, judgement, deed), values),
  )
  process.exitCode = exitCodeOf(judgement, deed)
})
