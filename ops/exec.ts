/** `npx zx ops/exec.ts SERVICE -- COMMAND`: runs a command in a service's container. */
import { parseArgs } from 'node:util'
import { runCloudScript } from './lib/cloud/script.ts'
import { execCommand, splitCommand } from './lib/containers/exec-command.ts'
import { findContainer } from './lib/containers/find-container.ts'
import { targetFlags, targetHelp } from './lib/deploy/target-flags.ts'
import { withConnection } from './lib/deploy/with-connection.ts'
import { attach, hasTerminal } from './lib/host/attach.ts'
import { scriptArgs, UserError } from './lib/script.ts'
import { wholeNumber } from './lib/whole-number.ts'

const help = `npx zx ops/exec.ts SERVICE [options] [-- COMMAND …]      run a command in a service's container

In the running container of the service, on whichever host it is; without a command, a shell. Its arguments arrive as
they are, and so do its input and output; on a terminal it gets one.

  --replica N       in this one of the service's containers, as ops/logs.ts numbers them (default: the lowest that runs)
${targetHelp()}

Exit code: the command's own; 1 as well when it can't be run, 255 when the connection broke`

await runCloudScript(async () => {
  const { own, command } = splitCommand(scriptArgs(import.meta.url))
  const { values, positionals } = parseArgs({
    args: own,
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      replica: { type: 'string' },
      ...targetFlags,
    },
  })
  if (values.help) {
    console.log(help)
    return
  }
  const [service, ...more] = positionals
  if (service === undefined) throw new UserError('in which service? npx zx ops/exec.ts SERVICE -- COMMAND')
  if (more.length > 0) {
    throw new UserError(
      `a command stands behind "--": npx zx ops/exec.ts ${service} -- ${[...more, ...command].join(' ')}`,
    )
  }
  const replica = wholeNumber('--replica', values.replica)
  await withConnection(values, async connection => {
    const { id, host } = await findContainer(connection, service, replica)
    const line = execCommand(id, command, hasTerminal())
    process.exitCode = await attach(connection.target, host.address, line)
  })
})
