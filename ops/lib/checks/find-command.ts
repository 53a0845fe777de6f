import { execFile } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a command stands in the search path, leaving out folders that `skip` matches; undefined when nowhere. */
export function findCommand(name: string, skip?: RegExp, path = process.env.PATH ?? ''): string | undefined {
  return path
    .split(delimiter)
    .filter(folder => folder && !skip?.test(folder))
    .map(folder => join(folder, name))
    .find(file => {
      try {
        accessSync(file, constants.X_OK)
        return statSync(file).isFile()
      } catch {
        return false
      }
    })
}

/** How a command ended, and what it said. */
export type Said = { code: number; stdout: string; stderr: string }

/** Runs a command to its end; killed when it takes longer than `timeoutMs`. Never throws. */
export function runCommand(
  file: string,
  args: readonly string[],
  { cwd, timeoutMs = 10_000 }: { cwd?: string; timeoutMs?: number } = {},
): Promise<Said> {
  return new Promise(settle => {
    execFile(file, args, { cwd, timeout: timeoutMs }, (error, stdout, stderr) => {
      // Its code is a number when it ended by itself, a text such as ENOENT when it never began.
      const ended = typeof error?.code === 'number' ? error.code : undefined
      const code = error ? (ended ?? 1) : 0
      settle({ code, stdout, stderr: stderr || (error && ended === undefined ? error.message : '') })
    })
  })
}
