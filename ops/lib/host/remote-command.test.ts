import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { findCommand } from '../checks/find-command.ts'
import { ended255, remoteCommand } from './remote-command.ts'

/** Shells that are `sh` on a host: dash on Debian, bash on Amazon Linux. */
const shells = ['dash', 'bash'].flatMap(name => findCommand(name) ?? [])

/** Runs a command line as sshd does, in a session of its own; `cut` ends its input, as a broken connection does. */
async function run(shell: string, script: string, input: string, { cut = false, limitS = 20 } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-sh-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  symlinkSync(shell, join(folder, 'sh'))
  const child = spawn(join(folder, 'sh'), ['-c', remoteCommand(script, ["it's", '-n'], limitS)], {
    env: { PATH: `${folder}:${process.env.PATH}` },
    detached: true,
  })
  child.stdin.on('error', () => {})
  child.stdin.write(input)
  if (cut) child.stdin.end()
  const said = Promise.all([text(child.stdout), text(child.stderr)])
  const [code] = await once(child, 'exit')
  child.stdin.destroy()
  const [stdout, stderr] = await said
  return { code: code as number | null, stdout, stderr }
}

test.each(shells)('%s: frames are one input, the script’s words and code come back', async shell => {
  const script = 'cat; echo "[$1|$2]"; echo err >&2; exit 7'
  expect(await run(shell, script, '5\nhello3\n\nab0\n')).toEqual({
    code: 7,
    stdout: "hello\nab[it's|-n]\n",
    stderr: 'err\n',
  })
})

test.each(shells)(
  '%s: a script that doesn’t read its input, or but its beginning, ends as it does',
  async shell => {
    expect(await run(shell, 'exit 3', '5\nhello0\n')).toEqual({ code: 3, stdout: '', stderr: '' })
    const partly = await run(shell, 'head -c 2; exec <&-; echo', '5\nhello5\n99\n990\n')
    expect(partly).toEqual({ code: 0, stdout: 'he\n', stderr: '' })
    expect(await run(shell, 'exit 255', '0\n')).toEqual({ code: 255, stdout: '', stderr: `${ended255}\n` })
  },
)

test.each(shells)('%s: input that breaks off never looks like its end', async shell => {
  for (const input of ['5\nhe', '5\nhello', '5\nhello5', '', '0\n']) {
    const { stdout } = await run(shell, 'cat; sleep 9; echo went on', input, { cut: true })
    expect([input, stdout.includes('went on')]).toEqual([input, false])
  }
})

test.each(shells)('%s: a script that outlives its time is ended with its children', async shell => {
  const { stdout } = await run(shell, 'echo begun; sleep 60 | cat; echo went on', '0\n', { limitS: 1 })
  expect(stdout).toBe('begun\n')
})

test('a command that is longer than a host takes is refused', () => {
  expect(() => remoteCommand('cat', ['x'.repeat(140_000)], 1)).toThrow(
    /^a command of 14\d{4} bytes is too long for a host, which takes 131071: send/,
  )
})
