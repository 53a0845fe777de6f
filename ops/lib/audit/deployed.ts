import { PassThrough } from 'node:stream'
import { inWords } from '../cloud/errors.ts'
import { visible } from '../cloud/fact-text.ts'
import { findContainer } from '../containers/find-container.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { withConnection } from '../deploy/with-connection.ts'
import { Interrupted, interruptible } from '../interrupt.ts'
import { UserError } from '../script.ts'

/** An audit of a long log takes hours; it is given up after so many ms. */
const mostMs = 24 * 3_600_000

/** Exit code when another audit runs in the container. */
const another = 75

/** The container has memory for one beside its service. */
const alone = `flock --no-fork --nonblock --conflict-exit-code ${another} /tmp/audit.lock`

/**
 * Runs the audit in a container, and ends it with its input: an exec'd program is left running by Docker when whoever
 * asked for it goes away.
 */
const untilInputEnds = `${alone} node runtime/src/audit/main.ts "$@" < /dev/null 3<&- &
audit=$!
{ cat <&3 > /dev/null; kill "$audit"; } 2> /dev/null &
wait "$audit"`

const inContainer = 'exec docker exec --interactive "$@"'

/**
 * Runs the audit beside the lake's service, which has the memory for it and reaches all three stores; its report and its
 * progress come out here. Ctrl-C ends it there, too.
 * @param args of `runtime/src/audit/main.ts`.
 * @returns its exit code: 0 conserved, 2 not conserved, 1 couldn't tell.
 * @throws UserError when that service doesn't run, or a host can't be reached.
 */
export async function auditDeployed(choice: TargetChoice, args: readonly string[]): Promise<number> {
  try {
    return await withConnection(choice, connection =>
      interruptible(async signal => {
        const { id, host } = await findContainer(connection, 'batch')
        const command = [id, 'sh', '-c', `exec 3<&0; ${untilInputEnds}`, 'audit', ...args]
        const { code } = await host.run(inContainer, command, {
          // Open until the run is over.
          stdin: new PassThrough(),
          stdout: process.stdout,
          onLine: line => process.stderr.write(`${visible(line)}\n`),
          timeoutMs: mostMs,
          signal,
        })
        if (code <= 2) return code
        if (code === another) throw new UserError('another audit of this stack runs: wait until it is done')
        throw new UserError(
          `the audit was ended (exit code ${code}) before it could tell, mostly with its container: npx zx ops/status.ts says why, then run it again`,
        )
      }),
    )
  } catch (error) {
    if (error instanceof Interrupted) return 1
    throw inWords(error) ?? error
  }
}
