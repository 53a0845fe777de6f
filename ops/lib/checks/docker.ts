import { type Check, type Outcome } from './check.ts'
import { findCommand, runCommand } from './find-command.ts'

/** Docker on this machine: the hosts on AWS install their own. */
export const dockerCheck: Check<unknown> = {
  id: 'docker',
  title: 'Docker here',
  run: async () => {
    const docker = findCommand('docker')
    if (!docker) return without('not installed')
    const { code, stdout, stderr } = await runCommand(docker, ['version', '--format', '{{.Server.Version}}'])
    if (code === 0) return { state: 'ok', found: stdout.trim() }
    return without(`installed, but its daemon doesn't answer (${stderr.trim().split('\n').at(-1)})`)
  },
}

function without(found: string): Outcome {
  return {
    state: 'warning',
    found,
    fix: 'only compose/docker-compose.local.yml needs it: hosts on AWS bring their own, and npm start needs none',
  }
}
