import { PassThrough } from 'node:stream'
import { findContainer } from '../containers/find-container.ts'
import { type Connection } from '../deploy/connect.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { withConnection } from '../deploy/with-connection.ts'
import { interruptible } from '../interrupt.ts'
import { countsFailure, countsProgram, eachLine, type Ours, oursOf } from './ours.ts'

/** Two weeks of counts from a small database under load take minutes, in ms. */
const mostMs = 15 * 60_000

/** Works with our counts of the hosts that are meant; Ctrl-C closes the connection in order. */
export function withDeployedOurs<T>(choice: TargetChoice, work: (ours: Ours) => Promise<T>): Promise<T> {
  return withConnection(choice, connection => interruptible(signal => work(deployedOurs(connection, signal))))
}

/** Our counts of a deployed stack, read beside its services, for its database is theirs alone. */
function deployedOurs(connection: Connection, signal: AbortSignal): Ours {
  const hosts = connection.target.hosts.map(({ name }) => name).join(', ')
  return oursOf(`the deployed stack ${connection.target.stack} (${hosts})`, async (args, onLine) => {
    const { id, host } = await findContainer(connection, 'batch')
    const output = new PassThrough()
    const read = eachLine(output, onLine)
    const said: string[] = []
    const { code } = await host.run('exec docker exec "$@"', [id, 'node', countsProgram, ...args], {
      stdout: output,
      onLine: line => said.push(line),
      timeoutMs: mostMs,
      signal,
    })
    output.end()
    await read
    if (code !== 0) throw countsFailure(said.join('\n'), code)
  })
}
