import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection } from '../deploy/connect.ts'
import { writeSshConfig } from '../host/open-hosts.ts'
import { UserError } from '../script.ts'
import { type Door, findDoor } from './doors.ts'
import { assertFree, isOpen } from './local-port.ts'

/** A tunnel as it is asked for. */
export type TunnelOptions = {
  service: string
  replica: number | undefined
  /** Port of this machine. */
  port: number
  /** Is told when it stands, and whenever it stands again. */
  onOpen(door: Door): void
  /** Is told why it doesn't stand at present. */
  onLost(why: string): void
  signal: AbortSignal
}

/** Between two attempts, in ms. */
const backOff = { first: 1_000, most: 15_000 }
/** How often the local port is tried until ssh has opened it, in ms. */
const openMs = 50

/**
 * Leads a port of this machine to a service, through SSH, until the signal; a connection that is lost is made anew, also
 * to where the service has moved meanwhile.
 * @throws UserError for a port that is taken, and for whatever keeps it from standing the first time.
 */
export async function holdTunnel(connection: Connection, options: TunnelOptions): Promise<void> {
  const { service, replica, port, onOpen, onLost, signal } = options
  await assertFree(port)
  const config = await writeSshConfig(connection.target)
  let stood = false
  for (let waitMs = backOff.first; !signal.aborted; waitMs = Math.min(waitMs * 2, backOff.most)) {
    try {
      const door = await findDoor(connection, service, replica)
      const said = await forward(config, door, port, signal, () => {
        stood = true
        waitMs = backOff.first
        onOpen(door)
      })
      if (!stood) throw new UserError(`the tunnel to ${door.host.address.name} doesn't stand: ${said}`)
      if (!signal.aborted) onLost(`the connection to ${door.host.address.name} broke`)
    } catch (error) {
      if (!stood || !(error instanceof UserError)) throw error
      onLost(error.message)
    }
    await sleep(waitMs, undefined, { signal }).catch(() => {})
  }
}

/** Arguments of an ssh that does nothing but lead a local port to a door. */
export function forwardArguments(config: string, { host, address, port }: Door, localPort: number): string[] {
  const own = ['ControlMaster=no', 'ControlPath=none', 'ExitOnForwardFailure=yes']
  const way = `127.0.0.1:${localPort}:${address}:${port}`
  return ['-F', config, ...own.flatMap(option => ['-o', option]), '-N', '-L', way, host.address.name]
}

/** Forwards until the connection breaks or the signal comes. @returns what ssh said last. */
async function forward(
  config: string,
  door: Door,
  port: number,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<string> {
  // A group of its own: Ctrl-C is ours to act on.
  const ssh = spawn('ssh', forwardArguments(config, door, port), {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  let said = ''
  ssh.stderr.setEncoding('utf8').on('data', text => {
    said = `${said}${text}`.slice(-2_000)
  })
  const closed = once(ssh, 'close')
  const stop = () => ssh.kill()
  signal.addEventListener('abort', stop, { once: true })
  try {
    while (ssh.exitCode === null && ssh.signalCode === null && !(await isOpen(port))) await sleep(openMs)
    if (ssh.exitCode === null && ssh.signalCode === null && !signal.aborted) onOpen()
    await closed
    return said.trim().split('\n').at(-1) ?? ''
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
