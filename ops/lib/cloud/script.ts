import { runScript } from '../script.ts'
import { inWords } from './errors.ts'

/** Runs a script's body that calls AWS: AWS's errors become sentences and exit code 1, as a UserError does. */
export async function runCloudScript(body: () => Promise<void>): Promise<void> {
  await runScript(async () => {
    try {
      await body()
    } catch (error) {
      throw inWords(error) ?? error
    }
  })
}
