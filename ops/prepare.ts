/** `npx zx ops/prepare.ts`: is everything there to make the stack on AWS? */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { verdict } from './lib/checks/check.ts'
import { closing } from './lib/checks/closing.ts'
import { prepareChecks } from './lib/checks/prepare.ts'
import { showChecks } from './lib/checks/show.ts'
import { stackContext } from './lib/checks/stack-context.ts'
import { naming } from './lib/deploy/target-flags.ts'
import { runScript, scriptArgs, stateFolder } from './lib/script.ts'
import { projectRoot } from './lib/stack/load.ts'

const help = `npx zx ops/prepare.ts [options]      is everything there to make the stack on AWS?

Looks at this machine, at wikiflow.config.ts, at the account, at the region, and runs the pipeline here with 2,000
simulated events to see that nothing is lost. Changes nothing on AWS, and makes nothing there.

  --skip-local      leave out the pipeline on this machine (half a minute)
  --json            the results as JSON on standard output
  --config FILE     the stack's description (default wikiflow.config.ts)
  --state DIR       where this machine's keys and data are kept (default .wikiflow)

Each line is ok, warning (goes, but read it), failed (with the fix) or - (not looked at, for it needs a failed one).
Exit code: 0 ready, warnings or not · 1 something failed`

const words = { well: 'Ready', ill: 'Not ready', always: 'nothing was changed on AWS' }

await runScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      json: { type: 'boolean', default: false },
      'skip-local': { type: 'boolean', default: false },
      config: { type: 'string' },
      state: { type: 'string', default: stateFolder },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const checks = prepareChecks.filter(({ id }) => !(values['skip-local'] && id === 'local'))
  const context = stackContext(projectRoot(), resolve(values.state), values.config)
  const tell = (text: string) => naming(text, values)
  const results = await showChecks(checks, context, { quiet: values.json, tell })
  const state = verdict(results)
  const next = tell(state === 'failed' ? 'npx zx ops/prepare.ts' : 'npx zx ops/provision.ts --plan')
  if (values.json) console.log(JSON.stringify({ state, checks: results, next }, null, 2))
  else console.log(`\n${closing(results, words)}\nNext: ${next}`)
  process.exitCode = state === 'failed' ? 1 : 0
})
