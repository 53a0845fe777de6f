/** `npx zx ops/backup.ts`: brings the log to this machine, which nothing else holds. */
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { backUp } from './lib/backup/back-up.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { withConnection } from './lib/deploy/with-connection.ts'
import { scriptArgs } from './lib/script.ts'

const help = `npx zx ops/backup.ts [options]      bring the log to this machine

What isn't in the database or the lake is the log, on the first host's disk. Ingest and the log stand still while it is
read, so that the backup is of one moment; the rest waits, and ingest goes on where it stopped. What was stopped is started
again in every way out. Beside the archive stands what it holds, and up to which offsets.

  --yes             agree to the plan
${targetHelp()}

Exit code: 0 the backup is there, and the pipeline ready again · 1 it isn't: what is is said`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
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
  await withConnection(values, async connection => {
    const agree = () => agreed('Stop the log and back it up?', values.yes)
    console.log(`\n${await backUp(connection, values, agree, process.stdout)}`)
  })
})
