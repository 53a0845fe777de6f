import { visible } from '../cloud/fact-text.ts'
import { UserError } from '../script.ts'
import { type Host, type RunOptions } from './host.ts'

/** So many last lines of a failed script's words are told. */
const toldLines = 10

/**
 * Runs a script that has to end well.
 * @param doing what it is for, as in "to build the image": the error begins so.
 * @returns its standard output.
 * @throws UserError with its exit code and the last lines of what it said; and as `Host.run` does.
 */
export async function mustRun(
  host: Host,
  doing: string,
  script: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await host.run(script, args, options)
  if (code === 0) return stdout
  throw new UserError(`${doing} failed on ${host.address.name} (exit code ${code})${told(stderr || stdout)}`)
}

function told(said: string): string {
  const lines = said.trimEnd().split('\n').slice(-toldLines).map(visible).filter(Boolean)
  if (lines.length === 0) return ', and said nothing'
  return lines.length === 1 ? `: ${lines[0]}` : `:\n${lines.map(line => `  ${line}`).join('\n')}`
}
