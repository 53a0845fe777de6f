/** `npx zx ops/restore.ts FILE`: puts a backup in the place of the log. */
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { restore } from './lib/backup/restore.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { withConnection } from './lib/deploy/with-connection.ts'
import { scriptArgs, UserError } from './lib/script.ts'

const help = `npx zx ops/restore.ts FILE [options]      put a backup in the place of the log

FILE is an archive that npx zx ops/backup.ts wrote. It is held against its checksum and against the database before
anything is touched: a log that ends before what is counted would stop the services. What is there now goes once the
backup is on the host whole.

  --yes             agree to the plan
  --force           in spite of what speaks against it: another stack's backup, another log, or one that is too old
${targetHelp()}

Exit code: 0 the pipeline runs on the backup's log · 1 it doesn't: what is true is said`

await runCloudScript(async () => {
  const { values, positionals } = parseArgs({
    args: scriptArgs(import.meta.url),
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      yes: { type: 'boolean', short: 'y', default: false },
      force: { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const [path, ...more] = positionals
  if (path === undefined || more.length > 0) {
    throw new UserError('which backup? npx zx ops/restore.ts FILE, one that npx zx ops/backup.ts wrote')
  }
  await withConnection(values, async connection => {
    const agree = () => agreed('Replace the log by it?', values.yes)
    const options = { path, force: values.force, meant: values, agree, out: process.stdout }
    console.log(`\n${await restore(connection, options)}`)
  })
})
