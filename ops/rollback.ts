/** `npx zx ops/rollback.ts`: goes back to a release that served before. */
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { rollback } from './lib/deploy/rollback.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { scriptArgs } from './lib/script.ts'

const help = `npx zx ops/rollback.ts [RELEASE] [options]      go back to a release that served before

Without a release, the one that served last before this one. Its image and files are still on the host: nothing is
shipped or built. Migrations of the database stay, for each is made so that the release before it can live with it.

  --yes             agree to the plan
${targetHelp()}

Exit code: 0 it serves · 1 it doesn't: what does is said`

await runCloudScript(async () => {
  const { values, positionals } = parseArgs({
    args: scriptArgs(import.meta.url),
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      yes: { type: 'boolean', short: 'y', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const [release] = positionals
  console.log(
    `\n${await rollback({ ...values, release, agree: () => agreed('Go back to it?', values.yes) })}`,
  )
})
