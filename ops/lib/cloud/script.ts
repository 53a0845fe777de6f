import { meantBy, naming } from '../deploy/target-flags.ts'
import { runScript, UserError } from '../script.ts'
import { inWords } from './errors.ts'

/**
 * Runs a script's body that is about a deployed stack: AWS's errors become sentences and exit code 1, as a UserError does,
 * and commands in them mean the stack that this one was given.
 */
export async function runCloudScript(body: () => Promise<void>): Promise<void> {
  await runScript(async () => {
    try {
      await body()
    } catch (error) {
      const told = inWords(error) ?? error
      if (!(told instanceof UserError)) throw told
      throw new UserError(naming(told.message, meantBy(process.argv.slice(2))), { cause: told })
    }
  })
}
