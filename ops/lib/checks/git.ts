import { type Check } from './check.ts'
import { runCommand } from './find-command.ts'

/** Whether what would be shipped is what git knows. */
export const gitCheck: Check<{ root: string }> = {
  id: 'git',
  title: 'git',
  run: async ({ root }) => {
    const git = (...args: string[]) => runCommand('git', args, { cwd: root })
    const [head, branch, status] = await Promise.all([
      git('rev-parse', '--short', 'HEAD'),
      git('branch', '--show-current'),
      git('status', '--porcelain'),
    ])
    if (head.code !== 0) {
      return {
        state: 'warning',
        found: 'no commit to name this state by',
        fix: 'releases are told by what they hold, not by a commit; git init && git commit keeps their history',
      }
    }
    const where = `${head.stdout.trim()} on ${branch.stdout.trim() || 'no branch'}`
    const changed = status.stdout.split('\n').filter(Boolean).length
    if (changed === 0) return { state: 'ok', found: `${where}, nothing uncommitted` }
    return {
      state: 'warning',
      found: `${where}, and ${changed} ${changed === 1 ? 'file' : 'files'} not committed`,
      fix: 'a release holds what lies on disk: commit it, so that its source can be found again',
    }
  },
}
