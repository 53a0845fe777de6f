import { UserError } from '../../script.ts'
import { type Stack } from '../../stack/schema.ts'

/**
 * A refusal of RDS as a sentence, where it is the Free plan's limit on backups; other errors as they are. It comes
 * only when the account doesn't tell its plan: otherwise no more than a day is asked for.
 */
export function refusalInWords(error: unknown, { database }: Pick<Stack, 'database'>): unknown {
  const limited = error instanceof Error && error.name.startsWith('FreeTierRestriction')
  if (!limited || !/backup/i.test(error.message)) return error
  return new UserError(
    `AWS's Free plan keeps backups for one day at most, and database.backupDays is ${database.backupDays}: set it to 1 in wikiflow.config.ts, or go over to the Paid plan, which keeps the credit`,
    { cause: error },
  )
}
