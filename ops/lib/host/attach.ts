import { spawn } from 'node:child_process'
import { installSsh } from '../checks/ssh.ts'
import { UserError } from '../script.ts'
import { type HostAddress } from './host.ts'
import { writeSshConfig } from './open-hosts.ts'
import { commandLine } from './quote.ts'

/**
 * Runs a command on a host with this process's own input, output and errors, as if it ran here: with a terminal when
 * there is one, and otherwise byte for byte. Its arguments arrive as they are.
 * @param target whose host it is.
 * @returns its exit code; 255 also when the connection broke, of which ssh has told then.
 * @throws UserError for arguments that no command can hold, and where there is no ssh.
 */
export async function attach(
  target: Parameters<typeof writeSshConfig>[0],
  { name }: HostAddress,
  command: readonly string[],
): Promise<number> {
  const configFile = await writeSshConfig(target)
  const own = ['-F', configFile, '-o', 'ControlMaster=no', '-o', 'ControlPath=none']
  const terminal = hasTerminal() ? ['-t'] : ['-T', '-e', 'none']
  const child = spawn('ssh', [...own, ...terminal, name, `exec ${commandLine(command)}`], {
    stdio: 'inherit',
  })
  // The terminal tells ssh, too: this process waits for its exit code.
  const stay = () => {}
  process.on('SIGINT', stay)
  try {
    return await new Promise((settle, reject) => {
      child.once('error', error => {
        const missing = 'code' in error && error.code === 'ENOENT'
        reject(missing ? new UserError(`ssh is not on this machine: ${installSsh}`) : error)
      })
      child.once('close', (code, signal) => settle(code ?? (signal === 'SIGINT' ? 130 : 255)))
    })
  } finally {
    process.off('SIGINT', stay)
  }
}

/** Whether a person sits at both ends. */
export function hasTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true
}
