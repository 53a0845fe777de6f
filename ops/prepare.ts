/** `npx zx ops/prepare.ts`: is everything there to make the stack on AWS? */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { type Result, verdict } from './lib/checks/check.ts'
import { prepareChecks } from './lib/checks/prepare.ts'
import { showProgress } from './lib/checks/progress.ts'
import { inOrder, renderResult, titleWidth } from './lib/checks/render.ts'
import { runChecks } from './lib/checks/run.ts'
import { stackContext } from './lib/checks/stack-context.ts'
import { inWords } from './lib/cloud/errors.ts'
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
  const progress = showProgress(process.stderr, new Map(checks.map(({ id, title }) => [id, title])))
  const isTerminal = process.stdout.isTTY && process.env.NO_COLOR === undefined
  const columns = process.stdout.isTTY ? process.stdout.columns : undefined
  const layout = { width: titleWidth(checks), columns, isTerminal }
  const print = inOrder(checks, result => {
    if (!values.json) console.log(renderResult(result, layout))
  })
  const results = await runChecks(checks, context, {
    explain: inWords,
    onEvent: event => {
      progress.on(event)
      if (event.state === 'done') print(event.result)
    },
  })
  progress.close()
  const state = verdict(results)
  const next = state === 'failed' ? 'npx zx ops/prepare.ts' : 'npx zx ops/provision.ts --plan'
  if (values.json) console.log(JSON.stringify({ state, checks: results, next }, null, 2))
  else console.log(`\n${closing(results)}\nNext: ${next}`)
  process.exitCode = state === 'failed' ? 1 : 0
})

/** What is true now. */
function closing(results: readonly Result[]): string {
  const count = (state: Result['state']) => results.filter(one => one.state === state).length
  const [failed, skipped, warnings] = [count('failed'), count('skipped'), count('warning')]
  if (failed > 0) {
    const unseen = skipped > 0 ? `, and ${skipped} could not be looked at for that` : ''
    return `Not ready: ${failed} of ${results.length} failed${unseen}. Mend what the arrows say, then run this again; nothing was changed on AWS.`
  }
  const noted = warnings === 0 ? '' : warnings === 1 ? ', with a warning' : `, with ${warnings} warnings`
  return `Ready${noted}: nothing was changed on AWS.`
}
