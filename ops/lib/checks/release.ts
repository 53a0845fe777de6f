import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readRelease } from '../host/release.ts'
import { type Check } from './check.ts'
import { runCommand } from './find-command.ts'

/** How long the compiler may take, in ms. */
const compileMs = 120_000
/** Lines of the compiler that are shown. */
const mostLines = 5

/** Whether what would be shipped type-checks; there is nothing else to build, since Node runs it as it is. */
export const releaseCheck: Check<{ root: string }> = {
  id: 'release',
  title: 'release builds',
  run: async ({ root }, say) => {
    const { id, files, bytes } = await readRelease(root)
    const compiler = join(root, 'node_modules', '.bin', 'tsc')
    if (!existsSync(compiler)) {
      return { state: 'failed', found: 'its packages are not installed', fix: 'npm ci' }
    }
    say('type-checking')
    const { code, stdout, stderr } = await runCommand(compiler, ['--project', root, '--pretty', 'false'], {
      cwd: root,
      timeoutMs: compileMs,
    })
    const what = `${id}: ${files.length} files, ${Math.ceil(bytes / 1_000).toLocaleString('en')} kB`
    if (code === 0) return { state: 'ok', found: `${what}, type-checked` }
    const lines = (stdout || stderr).trimEnd().split('\n')
    const more = lines.length > mostLines ? [`… and ${lines.length - mostLines} lines more`] : []
    return {
      state: 'failed',
      found: [`${what}, doesn't type-check`, ...lines.slice(0, mostLines), ...more].join('\n'),
      fix: 'npm run check',
    }
  },
}
