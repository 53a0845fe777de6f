import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../script.ts'
import { type HostAddress } from './host.ts'

/**
 * Makes, or finds, the folder of this user's control sockets. In `/tmp`, for a socket's path is short: 104 bytes with
 * its end on macOS, of which ssh takes 17 for a name aside.
 * @throws UserError when it is another's, or others may enter it: who owns a socket's folder owns the connection.
 */
export function socketFolder(uid = process.getuid?.() ?? 0, root = '/tmp'): string {
  const folder = join(root, `wikiflow-ssh-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0) {
    throw new UserError(
      `${folder} isn't a folder of this user's alone: remove it, or have its owner do so, and run the same command again`,
    )
  }
  return folder
}

/**
 * Name of the socket that connections to a host share. It stands for all that makes out the host: ssh's own `%C` leaves
 * out the name of the key, so a connection could be shared that was made to another.
 */
export function socketName(host: HostAddress): string {
  return createHash('sha256').update(JSON.stringify(host)).digest('hex').slice(0, 12)
}

/** The same, for one opening of a host: who closes it closes no other's connection. */
export function ownSocketName(host: HostAddress): string {
  return `${socketName(host)}-${randomBytes(4).toString('hex')}`
}
