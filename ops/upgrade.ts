/** `npx zx ops/upgrade.ts`: moves the log to another version of Redpanda. */
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { scriptArgs, UserError } from './lib/script.ts'
import { upgrade } from './lib/upgrade/upgrade.ts'

const help = `npx zx ops/upgrade.ts --redpanda v26.2.2 [options]      another version of the log
npx zx ops/upgrade.ts --image REFERENCE [options]       the same from elsewhere

Prints what changes, what waits meanwhile, and what can't be undone. Agreed to, it loads the image, stops ingest
and the log, and starts the new version on the same data; workers wait. What doesn't get healthy, or is broken off by
Ctrl-C, gives way to the version before. One feature release at a time, and not back: Redpanda's data doesn't allow it.
Deploys keep the version.

  --plan            the plan alone
  --yes             agree to the plan
  --json            plan and result as one JSON object on standard output
${targetHelp()}

Exit code: 0 the version runs, and all is ready · 1 it doesn't: what does is said · 2 with --plan: something is to do`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      redpanda: { type: 'string' },
      image: { type: 'string' },
      plan: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  if ((values.redpanda === undefined) === (values.image === undefined)) {
    throw new UserError('either --redpanda v26.2.2 or --image REFERENCE: npx zx ops/upgrade.ts --help')
  }
  const outcome = await upgrade({
    ...values,
    planOnly: values.plan,
    agree: () => agreed('Carry out this plan?', values.yes),
  })
  if (values.json) console.log(JSON.stringify(outcome, null, 2))
  else console.log(`\n${outcome.closing}`)
  const { result } = outcome
  process.exitCode = result === 'planned' ? 2 : result === 'declined' ? 1 : 0
})
