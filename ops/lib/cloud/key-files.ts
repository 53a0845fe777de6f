import { join } from 'node:path'
import { type StackId } from '../stack/names.ts'

/** Files of one stack that only this machine has, mode 0600, in a folder that git ignores. */
export type KeyFiles = {
  folder: string
  /** Private key for SSH, OpenSSH's format; its public half is beside it, in `.pub`. */
  sshKey: string
  /** Password of the database's master user, one line. */
  masterPassword: string
  /** A new master password that may not be in force yet: a rotation was interrupted. */
  nextMasterPassword: string
}

/** Where the files of a stack lie; makes none. */
export function keyFiles(root: string, { name, region, account }: StackId): KeyFiles {
  const folder = join(root, 'cloud', `${name}-${region}-${account}`)
  return {
    folder,
    sshKey: join(folder, 'ssh-key'),
    masterPassword: join(folder, 'master-password'),
    nextMasterPassword: join(folder, 'master-password.next'),
  }
}
