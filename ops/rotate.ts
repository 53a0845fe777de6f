/** `npx zx ops/rotate.ts`: gives the database a new master password. */
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { agreed } from './lib/ask.ts'
import { openCloud } from './lib/cloud/cloud.ts'
import { keyFiles } from './lib/cloud/key-files.ts'
import { takeLock } from './lib/cloud/lock.ts'
import { assertRotatable, rotateMasterPassword } from './lib/cloud/rotate.ts'
import { runCloudScript } from './lib/cloud/script.ts'
import { naming } from './lib/deploy/target-flags.ts'
import { scriptArgs, stateFolder } from './lib/script.ts'
import { loadStack } from './lib/stack/load.ts'
import { namesOf, stackId } from './lib/stack/names.ts'

const help = `npx zx ops/rotate.ts [options]      give the database a new master password

The password is made on this machine, kept there for you alone, and never shown. Services go on meanwhile: they have
users of their own. The next deploy brings it to the hosts, where migrations run with it. The old password isn't needed,
so this also replaces one that was lost or seen. Interrupted anywhere, run it again: it finishes.

  --yes          agree
  --json         the result as one JSON object on standard output
  --config FILE  the stack's description (default wikiflow.config.ts)
  --state DIR    where this machine's keys and passwords are kept (default .wikiflow)

Exit code: 0 the new password is in force · 1 nothing was changed, or it isn't known to be in force yet`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      yes: { type: 'boolean', short: 'y', default: false },
      json: { type: 'boolean', default: false },
      config: { type: 'string' },
      state: { type: 'string', default: stateFolder },
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const stack = await loadStack(values.config)
  const cloud = await openCloud(stack.region)
  const id = stackId(stack, cloud.account)
  const names = namesOf(id)
  const target = { id, names, cloud, files: keyFiles(resolve(values.state), id) }
  await assertRotatable(target)
  if (!(await agreed(`Give the database ${names.database} in ${id.region} a new password?`, values.yes))) {
    console.error('Nothing was changed.')
    process.exitCode = 1
    return
  }
  const lock = await takeLock(cloud.s3, names.bucket, 'rotate')
  try {
    const result = await rotateMasterPassword(target, text =>
      console.error(`database ${names.database}: ${text}`),
    )
    const file = target.files.masterPassword
    if (values.json) console.log(JSON.stringify({ database: names.database, result, file }))
    else console.log(naming(closing(names.database, file, result === 'finished'), values))
  } finally {
    await lock.release()
  }
})

function closing(database: string, file: string, interrupted: boolean): string {
  const done = interrupted ? 'An interrupted rotation is finished: the' : 'The'
  return `${done} database ${database} has a new master password, in ${file}; services go on, for they have users of their own. Next: npx zx ops/deploy.ts brings it to the hosts, for migrations`
}
