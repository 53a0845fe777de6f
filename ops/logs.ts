/** `npx zx ops/logs.ts`: what the services have said, wherever they run. */
import { parseArgs } from 'node:util'
import { runCloudScript } from './lib/cloud/script.ts'
import { chosenServices, readDeployedStack } from './lib/containers/stack-services.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { withConnection } from './lib/deploy/with-connection.ts'
import { Interrupted, interruptible } from './lib/interrupt.ts'
import { type LogReader, readLogs } from './lib/logs/read-logs.ts'
import { logRenderer } from './lib/logs/render.ts'
import { readLogSince } from './lib/logs/since.ts'
import { scriptArgs } from './lib/script.ts'
import { wholeNumber } from './lib/whole-number.ts'

const help = `npx zx ops/logs.ts [SERVICE …] [options]      what the services have said

The lines of all containers of these services, or of all services, in the order of time, on whichever hosts they ran.

  --follow          go on with what they say, until Ctrl-C
  --since WHEN      how long ago, such as 10m or 1h30m, or a time such as 2026-11-20T08:00:00Z
  --tail N          the last N lines of each container (default 100, with --since all)
  --json            an object a line: time, service, replica, node, and entry or text
${targetHelp()}

Exit code: 0 they are shown; what couldn't be read is said on standard error · 1 nothing could be read`

/** Lines of each container that are shown when nothing is said of it. */
const usualTail = 100

await runCloudScript(async () => {
  const { values, positionals } = parseArgs({
    args: scriptArgs(import.meta.url),
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      follow: { type: 'boolean', short: 'f', default: false },
      since: { type: 'string' },
      tail: { type: 'string' },
      json: { type: 'boolean', default: false },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const since = values.since === undefined ? undefined : readLogSince(values.since)
  const tail = wholeNumber('--tail', values.tail) ?? (since === undefined ? usualTail : undefined)
  const render = logRenderer(values.json ? 'json' : process.stdout.isTTY ? 'terminal' : 'plain')
  await withConnection(values, async connection => {
    const services = chosenServices(await readDeployedStack(connection), positionals)
    const query = { services, follow: values.follow, since, tail }
    const reader: LogReader = {
      line: line => process.stdout.write(`${render(line)}\n`),
      trouble: sentence => process.stderr.write(`${sentence}\n`),
    }
    try {
      await interruptible(signal => readLogs(connection, query, reader, signal))
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error
    }
  })
})
