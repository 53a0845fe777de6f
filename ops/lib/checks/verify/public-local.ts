import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type Check, type Outcome } from '../check.ts'
import { type LocalContext } from './context.ts'

/** How long a port may take to answer on one of this machine's own addresses, in ms. */
const answerMs = 1_000

/** Whether the stack on this machine answers to this machine alone. */
export const publicLocalCheck: Check<Pick<LocalContext, 'ports'>> = {
  id: 'public',
  title: 'nothing public',
  looksAt: "no port of the stack answers on this machine's addresses in a network",
  run: async ({ ports }) => {
    const addresses = ownAddresses()
    const open = await openPorts(ports(), addresses)
    return judgeOpen(open, addresses)
  },
}

/** Addresses by which others reach this machine. */
function ownAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap(all => all ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address)
}

/** Ports that answer on these addresses, by what listens there. */
export async function openPorts(
  ports: Readonly<Record<string, number>>,
  addresses: readonly string[],
): Promise<string[]> {
  const tries = Object.entries(ports).flatMap(([name, port]) =>
    addresses.map(async address => ((await answers(address, port)) ? [`${name} on ${address}:${port}`] : [])),
  )
  return (await Promise.all(tries)).flat()
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise(settle => {
    const socket = connect({ host, port })
    const done = (isOpen: boolean) => {
      socket.destroy()
      settle(isOpen)
    }
    socket.setTimeout(answerMs, () => done(false))
    socket.once('connect', () => done(true)).once('error', () => done(false))
  })
}

/** Ports that others in the network reach. */
export function judgeOpen(open: readonly string[], addresses: readonly string[]): Outcome {
  if (open.length > 0) {
    return {
      state: 'warning',
      found: `others in the network reach ${open.join(', ')}`,
      fix: 'fine if you meant it (DASHBOARD_HOST, HEALTH_HOST); else unset that, and start again',
    }
  }
  const where =
    addresses.length === 0 ? 'this machine is in no network' : `none answers on ${addresses.join(', ')}`
  return { state: 'ok', found: `the stack listens to this machine alone: ${where}` }
}
