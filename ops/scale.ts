/** `npx zx ops/scale.ts`: more workers, or more hosts for them; or fewer. */
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { scaleNodes } from './lib/scale/nodes.ts'
import { scaleWorkers } from './lib/scale/workers.ts'
import { scriptArgs, UserError } from './lib/script.ts'

const help = `npx zx ops/scale.ts --workers N [options]      have N workers count
npx zx ops/scale.ts --nodes N [options]        run on N hosts

The number is changed in the stack's description, so that deploy and provision go on from it; then where the pipeline
runs. Workers share the log's twelve partitions: 1 to 12. Hosts are made and removed as by ops/provision.ts, with its
plan and prices; of a target's file the first N are used. A new host joins the Swarm over the private network, gets the
image, and workers move there one after the other. One that goes is drained first; one that is down is forgotten. The
first host stays: the log is on its disk. The same N again shares the workers out anew, after a host was away.
Interrupted anywhere, run it again: it finishes.

  --plan            the plan alone
  --yes             agree to the plan
  --json            plan and result as one JSON object on standard output
  --over-budget     go on although the credit doesn't last 30 days
${targetHelp()}

Exit code: 0 as asked for, and ready · 1 it isn't · 2 with --plan: something is to do`

/** @throws UserError for what isn't a whole number from 1 to `most`. */
function count(flag: string, text: string, most: number, why: string): number {
  if (/^[1-9]\d?$/.test(text) && Number(text) <= most) return Number(text)
  throw new UserError(`${flag} is ${JSON.stringify(text)}; allowed: a whole number from 1 to ${most}${why}`)
}

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      workers: { type: 'string' },
      nodes: { type: 'string' },
      plan: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
      'over-budget': { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const { workers, nodes } = values
  if ((workers === undefined) === (nodes === undefined)) {
    throw new UserError('either --workers N or --nodes N: npx zx ops/scale.ts --help')
  }
  const options = {
    ...values,
    planOnly: values.plan,
    overBudget: values['over-budget'],
    agree: () => agreed('Carry out this plan?', values.yes),
  }
  const outcome =
    workers === undefined
      ? await scaleNodes(count('--nodes', nodes ?? '', 9, ''), options)
      : await scaleWorkers(count('--workers', workers, 12, ': the log has twelve partitions'), options)
  if (values.json) console.log(JSON.stringify(outcome, null, 2))
  else console.log(`\n${outcome.closing}`)
  const { result } = outcome
  process.exitCode = result === 'planned' ? 2 : result === 'done' || result === 'nothing to do' ? 0 : 1
})
