/** `npx zx ops/deploy.ts`: brings this project's release to the hosts; it serves, or the one before does. */
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { deploy } from './lib/deploy/deploy.ts'
import { DeployError } from './lib/deploy/deploy-error.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { scriptArgs } from './lib/script.ts'

const help = `npx zx ops/deploy.ts [options]      run this release on the hosts

Prints the plan: the release that serves and the next one, what becomes of each service, migrations to run. Agreed to,
it ships what has changed, builds the image on the host, runs the migrations, replaces one service after another, and
waits until each does its job. What doesn't get ready is rolled back. Interrupted anywhere, run it again.

  --plan            the plan alone
  --yes             agree to the plan
  --json            plan and result as one JSON object on standard output
  --since WHEN      where the source begins while the log is empty: a time such as 2026-11-20T08:00:00Z, or the SSE id
                    up to which an older pipeline has counted
${targetHelp()}

+ create   ~ update   = same   - remove

Exit code: 0 the release serves · 1 it doesn't, or not all is done: the last line says what serves · 2 with --plan: something is to do`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      plan: { type: 'boolean', default: false },
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
      since: { type: 'string' },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const outcome = await deploy({
    ...values,
    planOnly: values.plan,
    agree: () => agreed('Deploy it?', values.yes),
  }).catch(error => {
    // Programs read what serves instead; people read the sentence.
    if (values.json && error instanceof DeployError) {
      const { message, serves, serving = null } = error
      console.log(JSON.stringify({ result: 'failed', serves, serving, message }, null, 2))
    }
    throw error
  })
  if (values.json) console.log(JSON.stringify(outcome, null, 2))
  else console.log(`\n${outcome.closing}`)
  process.exitCode = outcome.result === 'planned' ? 2 : outcome.serves ? 0 : 1
})
