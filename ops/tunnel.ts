/** `npx zx ops/tunnel.ts`: the dashboard on a port of this machine, through SSH. */
import { parseArgs } from 'node:util'
import { runCloudScript } from './lib/cloud/script.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { withConnection } from './lib/deploy/with-connection.ts'
import { interruptible } from './lib/interrupt.ts'
import { scriptArgs, UserError } from './lib/script.ts'
import { holdTunnel } from './lib/tunnel/tunnel.ts'
import { wholeNumber } from './lib/whole-number.ts'

const help = `npx zx ops/tunnel.ts [options]      the dashboard on a port of this machine, through SSH

For a stack whose dashboard nobody else may reach, and for what is never published. It stands until Ctrl-C; when the
connection breaks, it is made anew.

  --port N          port of this machine, which no other machine reaches (default 8080)
  --service NAME    another service than the dashboard: redpanda's admin API; of the others /readyz and /metrics
  --replica N       in this one of the service's containers (default: the lowest that runs)
${targetHelp()}

Exit code: 0 ended by Ctrl-C · 1 it couldn't be opened`

await runCloudScript(async () => {
  const { values } = parseArgs({
    args: scriptArgs(import.meta.url),
    options: {
      help: { type: 'boolean', short: 'h' },
      port: { type: 'string', default: '8080' },
      service: { type: 'string', default: 'dashboard' },
      replica: { type: 'string' },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const { service } = values
  const port = wholeNumber('--port', values.port) ?? 0
  if (port > 65_535) throw new UserError(`--port is ${port}: a port is at most 65535`)
  const replica = wholeNumber('--replica', values.replica)
  await withConnection(values, connection =>
    interruptible(signal =>
      holdTunnel(connection, {
        ...{ service, replica, port, signal },
        onOpen: ({ host }) =>
          console.log(`${service} on ${host.address.name}: http://127.0.0.1:${port}/ · Ctrl-C ends it`),
        onLost: why => console.log(`${why}; trying again`),
      }),
    ),
  )
})
