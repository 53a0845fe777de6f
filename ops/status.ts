/** `npx zx ops/status.ts`: what the stack is doing, on one screen. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createLogUpdate } from 'log-update'
import { runCloudScript } from './lib/cloud/script.ts'
import { connect } from './lib/deploy/connect.ts'
import { openTarget } from './lib/deploy/open-target.ts'
import { naming, targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { scriptArgs } from './lib/script.ts'
import { renderStatus } from './lib/status/render.ts'
import { isWell, readStatus, type Status } from './lib/status/status.ts'

const help = `npx zx ops/status.ts [options]      what the stack is doing, on one screen

Services with their tasks, where they run and what they say of themselves; hosts with memory, disk and load; how much
is counted and how old the newest event is; the release, and what all of it costs a day.

  --watch           again every two seconds, until Ctrl-C
  --json            as one JSON object
${targetHelp()}

Exit code: 0 all tasks run and all services are ready · 1 something isn't, or couldn't be read`

const everyMs = 2_000

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      watch: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const connection = await connect(await openTarget(values))
  const told = (status: Status) => naming(renderStatus(status), values)
  try {
    const screen = createLogUpdate(process.stdout)
    do {
      const status = await readStatus(connection)
      process.exitCode = isWell(status) ? 0 : 1
      if (values.json) console.log(JSON.stringify(status, null, values.watch ? 0 : 2))
      else if (values.watch && process.stdout.isTTY) screen(told(status))
      else console.log(told(status))
      if (values.watch) await sleep(everyMs)
    } while (values.watch)
  } finally {
    await connection.close()
  }
})
