import { type AddressInfo, createServer } from 'node:net'
import { UserError } from '../script.ts'

/** A port of 127.0.0.1 that no other program is given before it is released. */
export type HeldPort = { port: number; release(): void }

/** Holds a free port: between its choice and its use, other programs are given ports too. */
export async function holdAnyPort(): Promise<HeldPort> {
  return hold(0)
}

/**
 * Holds each of these ports until it is needed.
 * @throws UserError that names every port that is taken, and the flag that moves it; none is held then.
 */
export async function holdPorts<Name extends string>(
  ports: Readonly<Record<Name, number>>,
): Promise<Record<Name, HeldPort>> {
  const held: Record<string, HeldPort> = {}
  const taken: string[] = []
  for (const [name, port] of Object.entries<number>(ports)) {
    try {
      held[name] = await hold(port)
    } catch (error) {
      taken.push(inWords(name, port, error))
    }
  }
  if (taken.length === 0) return held as Record<Name, HeldPort>
  for (const { release } of Object.values(held)) release()
  throw new UserError(taken.join('\n'))
}

/**
 * Tries each port on 127.0.0.1.
 * @throws UserError as `holdPorts`.
 */
export async function assertPortsFree(ports: Readonly<Record<string, number>>): Promise<void> {
  for (const { release } of Object.values(await holdPorts(ports))) release()
}

/** @throws the error of listening, such as EADDRINUSE. */
async function hold(wanted: number): Promise<HeldPort> {
  const server = createServer().unref()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(wanted, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { port, release: () => void server.close() }
}

function inWords(name: string, port: number, error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : String(error)
  return code === 'EADDRINUSE'
    ? `port ${port} (${name}) is taken: stop what listens there, or choose another with --${name}-port`
    : `port ${port} (${name}) can't be used (${code}): choose another with --${name}-port`
}
