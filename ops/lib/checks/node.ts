import { type Check } from './check.ts'
import { findCommand, runCommand } from './find-command.ts'

/** The first Node that reads TypeScript by itself. */
const least = [22, 18] as const

/** Which Node runs this, and which one the host has of its own. */
export const nodeCheck: Check<unknown> = {
  id: 'node',
  title: 'Node',
  run: async () => {
    const used = process.versions.node
    const [major = 0, minor = 0] = used.split('.').map(Number)
    if (major < least[0] || (major === least[0] && minor < least[1])) {
      return {
        state: 'failed',
        found: `${used} runs this, and can't read TypeScript without help; ${least.join('.')} can`,
        fix: 'npm ci without --ignore-scripts brings Node 26 with it',
      }
    }
    const own = findCommand('node', /node_modules[/\\]\.bin/)
    const version = own && (await runCommand(own, ['--version'])).stdout.trim().replace(/^v/, '')
    const host = version ? `the host's own is ${version}` : 'the host has none of its own'
    return { state: 'ok', found: version === used ? used : `${used}; ${host}, and is not needed` }
  },
}
