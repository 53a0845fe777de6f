import { PassThrough, type Writable } from 'node:stream'
import { inWords } from '../cloud/errors.ts'
import { visible } from '../cloud/fact-text.ts'
import { findContainer } from '../containers/find-container.ts'
import { type Connection } from '../deploy/connect.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { withConnection } from '../deploy/with-connection.ts'
import { gather } from '../host/gather.ts'
import { Interrupted, interruptible } from '../interrupt.ts'
import { UserError } from '../script.ts'
import { type AuditSummary, parseSummary } from './summary.ts'

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

/** Where an audit's report and its progress go, and what ends it. */
type AuditOutput = { stdout: Writable; onLine(line: string): void; signal?: AbortSignal }

/**
 * Runs the audit beside the lake's service, which has the memory for it and reaches all three stores.
 * @param args of `runtime/src/audit/main.ts`.
 * @returns its exit code: 0 conserved, 2 not conserved, 1 couldn't tell.
 * @throws UserError when that service doesn't run, another audit does, or a host can't be reached.
 */
async function auditBeside(
  connection: Connection,
  args: readonly string[],
  { stdout, onLine, signal }: AuditOutput,
): Promise<number> {
  const { id, host } = await findContainer(connection, 'batch')
  const command = [id, 'sh', '-c', `exec 3<&0; ${untilInputEnds}`, 'audit', ...args]
  const { code } = await host.run(inContainer, command, {
    // Open until the run is over.
    stdin: new PassThrough(),
    ...{ stdout, onLine },
    timeoutMs: mostMs,
    ...(signal && { signal }),
  })
  if (code <= 2) return code
  if (code === another) throw new UserError('another audit of this stack runs: wait until it is done')
  throw new UserError(
    `the audit was ended (exit code ${code}) before it could tell, mostly with its container: npx zx ops/status.ts says why, then run it again`,
  )
}

/**
 * Audits beside the services, for the result alone.
 * @param depth the books, or every record of the log.
 * @throws UserError when the lake's service doesn't run, another audit does, a host can't be reached, or it can't tell.
 */
export async function summaryBeside(connection: Connection, depth: 'books' | 'full'): Promise<AuditSummary> {
  const report = gather()
  const said: string[] = []
  const args = ['--json', ...(depth === 'books' ? ['--quick'] : [])]
  await auditBeside(connection, args, { stdout: report.sink, onLine: line => said.push(line) })
  const summary = parseSummary(report.bytes().toString('utf8'))
  if (!summary) throw new UserError(visible(said.at(-1) ?? 'the audit ended without a report'))
  return summary
}

/**
 * Audits the hosts that are meant: the report and its progress come out here, and Ctrl-C ends it there, too.
 * @returns its exit code: 0 conserved, 2 not conserved, 1 couldn't tell.
 * @throws UserError as `summaryBeside`.
 */
export async function auditDeployed(choice: TargetChoice, args: readonly string[]): Promise<number> {
  const onLine = (line: string) => process.stderr.write(`${visible(line)}\n`)
  try {
    return await withConnection(choice, connection =>
      interruptible(signal => auditBeside(connection, args, { stdout: process.stdout, onLine, signal })),
    )
  } catch (error) {
    if (error instanceof Interrupted) return 1
    throw inWords(error) ?? error
  }
}
