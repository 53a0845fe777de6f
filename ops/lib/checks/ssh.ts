import { type Check } from './check.ts'
import { findCommand, runCommand } from './find-command.ts'

/** What to do where there is no ssh. */
export const installSsh = 'install OpenSSH: apt-get install openssh-client, or brew install openssh'

/** OpenSSH: hosts are reached by ssh, and their key is made by ssh-keygen. */
export const sshCheck: Check<unknown> = {
  id: 'ssh',
  title: 'OpenSSH',
  run: async () => {
    const missing = ['ssh', 'ssh-keygen'].filter(name => findCommand(name) === undefined)
    if (missing.length > 0) {
      return {
        state: 'failed',
        found: `no ${missing.join(' and no ')} in the search path`,
        fix: installSsh,
      }
    }
    const { stdout, stderr } = await runCommand('ssh', ['-V'])
    return { state: 'ok', found: (stderr || stdout).trim().split(',')[0] || 'found' }
  },
}
