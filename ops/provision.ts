/** `npx zx ops/provision.ts`: makes the stack of `wikiflow.config.ts` on AWS, and keeps it as described. */
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { assertAffordable } from './lib/cloud/affordable.ts'
import { openStack } from './lib/cloud/open.ts'
import { outputsOf, renderOutputs } from './lib/cloud/outputs.ts'
import { planAndApply } from './lib/cloud/plan-and-apply.ts'
import { planJson } from './lib/cloud/render.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { wasReached } from './lib/deploy/await-pipeline.ts'
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

const bills = 'npx zx ops/pause.ts stops what bills by the hour, npx zx ops/destroy.ts removes it'
const deploy = 'npx zx ops/deploy.ts brings the pipeline to it'
const closing = {
  'nothing to do': 'Nothing to do: the stack is as described.',
  planned: 'Nothing was changed; to carry it out: npx zx ops/provision.ts',
  refused: 'Nothing was changed.',
  declined: 'Nothing was changed.',
  done: 'The stack is as described, and bills from now on.',
  failed:
    'The stack is not yet as described: mend what is named above, then run the same command again; it goes on from here.',
} as const

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
  const outcome = await planAndApply({
    open,
    parts: open.parts,
    purpose: 'provision',
    options: { adopt: values.adopt, replace: values.replace },
    planOnly: values.plan,
    json: values.json,
    refuse: plan => {
      if (!values['over-budget']) assertAffordable(plan, open)
    },
    agree: () => agreed('Carry out this plan?', values.yes),
  })
  const outputs = outputsOf(outcome.things)
  const { result, problems, plan } = outcome
  if (values.json) {
    console.log(JSON.stringify({ plan: planJson(plan, open), result, problems, outputs }, null, 2))
  } else {
    for (const problem of problems) console.error(problem)
    const isThere = result === 'done' || result === 'nothing to do'
    if (isThere) console.log(`\n${renderOutputs(outputs)}`)
    const next = wasReached(open.context.files, outcome.things) ? bills : `${deploy}; ${bills}`
    console.log(`\n${closing[result]}${isThere ? ` Next: ${next}` : ''}`)
  }
  process.exitCode = result === 'planned' ? 2 : result === 'done' || result === 'nothing to do' ? 0 : 1
})
