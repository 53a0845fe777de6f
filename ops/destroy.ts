/** `npx zx ops/destroy.ts`: removes what provisioning made, and says what is left and what it costs. */
import { parseArgs } from 'node:util'
import { typed } from './lib/ask.ts'
import { leftovers, renderLeftovers } from './lib/cloud/leftovers.ts'
import { openStack } from './lib/cloud/open.ts'
import { type Outcome, planAndApply } from './lib/cloud/plan-and-apply.ts'
import { planJson } from './lib/cloud/render.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { naming } from './lib/deploy/target-flags.ts'
import { scriptArgs, stateFolder } from './lib/script.ts'

const help = `npx zx ops/destroy.ts [options]      remove the stack from AWS

Removes what carries the tags of the stack of wikiflow.config.ts, and nothing else. Prints the plan first, and asks for
the stack's name to be typed. The database leaves a final snapshot, and the lake's bucket is kept. Interrupted
anywhere, run it again: it finishes.

  --plan                  the plan alone
  --confirm NAME          agree to the plan: the stack's name
  --purge                 empty the bucket and remove it too: the lake is lost
  --no-final-snapshot     leave no snapshot of the database: the counts are lost
  --json                  plan, result and what is left as one JSON object on standard output
  --config FILE           the stack's description (default wikiflow.config.ts)
  --state DIR             where this machine's keys and passwords are kept (default .wikiflow)

Exit code: 0 removed, or nothing was there · 1 something failed, or was refused · 2 with --plan: something is to do`

const closing: Record<Outcome['result'], string> = {
  'nothing to do': 'Nothing to remove: nothing carries the tags of this stack.',
  planned: 'Nothing was changed; to carry it out: npx zx ops/destroy.ts',
  refused: 'Nothing was changed.',
  declined: 'Nothing was changed: the name typed is not the stack’s.',
  done: 'The stack is removed.',
  failed:
    'The stack is not removed yet: mend what is named above, then run the same command again; it goes on from here.',
}

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'boolean', default: false },
      confirm: { type: 'string' },
      purge: { type: 'boolean', default: false },
      'no-final-snapshot': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      config: { type: 'string' },
      state: { type: 'string', default: stateFolder },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const open = await openStack(values, {
    wanted: false,
    power: 'running',
    removal: { finalSnapshot: !values['no-final-snapshot'], purge: values.purge },
  })
  const outcome = await planAndApply({
    open,
    parts: open.parts.filter(({ id }) => id !== 'bucket' || values.purge),
    purpose: 'destroy',
    planOnly: values.plan,
    json: values.json,
    agree: () =>
      typed(`Type the stack's name, ${open.stack.name}, to remove it`, open.stack.name, values.confirm),
  })
  const { result, problems, plan } = outcome
  const left = await leftovers(open)
  if (values.json) {
    console.log(JSON.stringify({ plan: planJson(plan, open), result, problems, left }, null, 2))
  } else {
    for (const problem of problems) console.error(problem)
    if (result !== 'planned') console.log(`\n${renderLeftovers(left)}`)
    console.log(naming(`\n${closing[result]}`, values))
  }
  process.exitCode = result === 'planned' ? 2 : result === 'done' || result === 'nothing to do' ? 0 : 1
})
