import { join } from 'node:path'
import { must } from './command.ts'

/** Makes an SSH key without a passphrase in a folder. @returns its path; the public half lies beside it, as `.pub`. */
export async function makeIdentity(folder: string): Promise<string> {
  const identity = join(folder, 'identity')
  await must('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'rehearsal', '-f', identity])
  return identity
}
