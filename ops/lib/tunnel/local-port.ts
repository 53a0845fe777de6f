import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { UserError } from '../script.ts'

const loopback = '127.0.0.1'

/** @throws UserError when a port of this machine is taken, or isn't one that this user may take. */
export async function assertFree(port: number): Promise<void> {
  const server = createServer()
  server.listen(port, loopback)
  try {
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const why = code === 'EADDRINUSE' ? 'is taken by another program' : `can't be taken (${code})`
    throw new UserError(`port ${port} of this machine ${why}: give another one with --port`)
  }
  server.close()
  await once(server, 'close')
}

/** Whether something listens on a port of this machine. */
export function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, loopback)
  return new Promise(settle => {
    const end = (open: boolean) => {
      socket.destroy()
      settle(open)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}
