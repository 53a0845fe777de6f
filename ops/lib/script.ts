import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A mistake of the user's, told in sentences; scripts print it without a stack trace and exit 1. */
export class UserError extends Error {
  override name = 'UserError'
}

/**
 * The arguments behind the script's own name, whether zx or node runs it: zx leaves the script's path in front.
 * zx's own `argv` is not used, for it makes a number of `012345678901`.
 */
export function scriptArgs(moduleUrl: string, argv: readonly string[] = process.argv): string[] {
  const name = basename(fileURLToPath(moduleUrl))
  return argv.slice(argv.findIndex(arg => basename(arg) === name) + 1)
}

/** Runs a script's body; a UserError or a wrong flag becomes its sentence and exit code 1. */
export async function runScript(body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } catch (error) {
    const wrongFlag =
      error instanceof TypeError && 'code' in error && /^ERR_PARSE_ARGS/.test(String(error.code))
    if (!(error instanceof UserError) && !wrongFlag) throw error
    process.stderr.write(`${error.message}\n`)
    // process.exit() would cut piped output short.
    process.exitCode = 1
  }
}

/** Where a machine keeps what is its own: data of local stacks, keys and passwords of stacks on AWS. */
export const stateFolder = fileURLToPath(new URL('../../.wikiflow', import.meta.url))
