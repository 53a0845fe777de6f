import { createServer } from 'node:net'
import { UserError } from '../script.ts'

/**
 * Tries each port on 127.0.0.1.
 * @throws UserError that names every port that is taken, and the flag that moves it.
 */
export async function assertPortsFree(ports: Readonly<Record<string, number>>): Promise<void> {
  const taken: string[] = []
  for (const [name, port] of Object.entries(ports)) {
    const problem = await tryPort(port)
    if (problem === 'EADDRINUSE') {
      taken.push(
        `port ${port} (${name}) is taken: stop what listens there, or choose another with --${name}-port`,
      )
    } else if (problem) {
      taken.push(`port ${port} (${name}) can't be used (${problem}): choose another with --${name}-port`)
    }
  }
  if (taken.length > 0) throw new UserError(taken.join('\n'))
}

function tryPort(port: number): Promise<string | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', error => resolve('code' in error ? String(error.code) : error.message))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(undefined)))
  })
}
