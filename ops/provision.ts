/** `npx zx ops/provision.ts`: makes the stack of `wikiflow.config.ts` on AWS, and keeps it as described. */
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { openStack } from './lib/cloud/open.ts'
import { isThere, provision, provisionedJson, renderProvisioned } from './lib/cloud/provision.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { naming } from './lib/deploy/target-flags.ts'
import { scriptArgs, stateFolder } from './lib/script.ts'

const help = `npx zx ops/provision.ts [options]      make the stack on AWS, or bring it back to its description

Reads wikiflow.config.ts, looks at what is on AWS, and prints the plan with what each line costs a month and how long
the credit lasts. Nothing is changed before you agree. Interrupted anywhere, run it again: it finishes.

  --plan            the plan alone
  --yes             agree to the plan
  --json            plan, result and outputs as one JSON object on standard output
  --over-budget     go on although the credit doesn't last 30 days
  --adopt           take over things of the stack's names that don't carry its tags
  --replace ID      make a part anew that can't be changed in place; what it holds is lost (may be given again)
  --config FILE     the stack's description (default wikiflow.config.ts)
  --state DIR       where this machine's keys and passwords are kept (default .wikiflow)

+ create   ~ change   ! drift: changed by hand, or left half made   ± make anew   ^ adopt   - delete   = same

Exit code: 0 the stack is as described · 1 something failed, or the plan was refused · 2 with --plan: something is to do`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
      'over-budget': { type: 'boolean', default: false },
      adopt: { type: 'boolean', default: false },
      replace: { type: 'string', multiple: true, default: [] },
      config: { type: 'string' },
      state: { type: 'string', default: stateFolder },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const open = await openStack(values)
  const provisioned = await provision({
    ...{ open, adopt: values.adopt, replace: values.replace, planOnly: values.plan, json: values.json },
    overBudget: values['over-budget'],
    agree: () => agreed('Carry out this plan?', values.yes),
  })
  if (values.json) console.log(JSON.stringify(provisionedJson(provisioned, open), null, 2))
  else {
    for (const problem of provisioned.problems) console.error(problem)
    console.log(naming(renderProvisioned(provisioned, open), values))
  }
  process.exitCode = provisioned.result === 'planned' ? 2 : isThere(provisioned) ? 0 : 1
})
