import { PassThrough } from 'node:stream'
import { inWords } from '../cloud/errors.ts'
import { findContainer } from '../containers/find-container.ts'
import { type Connection } from '../deploy/connect.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { deployedFlagsAgain } from '../deploy/target-flags.ts'
import { withConnection } from '../deploy/with-connection.ts'
import { interruptible } from '../interrupt.ts'
import { compareWith, type Question } from './compare-with.ts'
import { countsFailure, countsProgram, eachLine, type Ours, oursOf } from './ours.ts'
import { type Report } from './render.ts'

/** Two weeks of counts from a small database under load take minutes, in ms. */
const mostMs = 15 * 60_000

/**
 * Compares with the stack on the hosts that are meant; Ctrl-C closes the connection to them in order.
 * @throws UserError as `compareWith`, and when a host can't be reached.
 */
export async function compareDeployed(choice: TargetChoice, question: Question): Promise<Report> {
  try {
    return await withConnection(choice, connection =>
      interruptible(signal => compareWith(deployedOurs(connection, choice, signal), question)),
    )
  } catch (error) {
    throw inWords(error) ?? error
  }
}

/** Our counts of a deployed stack, read beside its services, for its database is theirs alone. */
function deployedOurs(connection: Connection, choice: TargetChoice, signal: AbortSignal): Ours {
  const hosts = connection.target.hosts.map(({ name }) => name).join(', ')
  const source = `the deployed stack ${connection.target.stack} (${hosts})`
  const flags = deployedFlagsAgain(choice)
  return oursOf({ source, isDeployed: true, flags }, async (args, onLine) => {
    const { id, host } = await findContainer(connection, 'batch')
    const output = new PassThrough()
    const said: string[] = []
    const ran = host
      .run('exec docker exec "$@"', [id, 'node', countsProgram, ...args], {
        stdout: output,
        onLine: line => said.push(line),
        timeoutMs: mostMs,
        signal,
      })
      .finally(() => output.end())
    const [{ code }] = await Promise.all([ran, eachLine(output, onLine)])
    if (code !== 0) throw countsFailure(said.join('\n'), code)
  })
}
