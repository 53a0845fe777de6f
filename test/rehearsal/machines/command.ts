import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Ran, type RunOptions } from '../../../ops/lib/host/host.ts'

/** What a command reads, where its output goes, and when it is given up. */
export type CommandOptions = Pick<RunOptions, 'stdin' | 'stdout' | 'timeoutMs' | 'signal'>

/**
 * Runs a command to its end.
 * @throws Error when it isn't installed, or doesn't end within `timeoutMs` (default 60 000).
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Ran> {
  const { stdin, timeoutMs = 60_000, signal } = options
  const child = spawn(command, args)
  const givenUp = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(signal ? [signal] : [])])
  givenUp.addEventListener('abort', () => {
    child.kill('SIGKILL')
    // What the command left running may hold them.
    for (const stream of [child.stdout, child.stderr]) stream.destroy()
  })
  let stdout = ''
  let stderr = ''
  const written = options.stdout && once(child.stdout.pipe(options.stdout), 'finish')
  if (!written) child.stdout.setEncoding('utf8').on('data', text => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', text => (stderr += text))
  // A command that doesn't read to the end is no error: its exit code says how it went.
  child.stdin.on('error', () => {})
  if (stdin !== undefined && typeof stdin !== 'string' && 'pipe' in stdin) stdin.pipe(child.stdin)
  else child.stdin.end(stdin)
  const code = await new Promise<number | null>((settle, reject) => {
    child.once('error', reject)
    child.once('close', settle)
  })
  await written
  if (code === null || givenUp.aborted) {
    throw new Error(`${command} was killed, or given up after ${timeoutMs} ms: ${stderr}`)
  }
  return { code, stdout, stderr }
}

/** Runs a command that must succeed. @returns what it wrote. @throws Error with what it said. */
export async function must(
  command: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, args, options)
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (${code}): ${stderr || stdout}`)
  return stdout
}
