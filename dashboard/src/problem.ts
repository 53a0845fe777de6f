import { isTransient } from '../../runtime/src/platform/postgres.ts'

/**
 * What to tell a viewer when the database can't be read: enough to act on, and nothing of hosts, roles or
 * statements, which are in the log.
 */
export function problemOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  if (code === ' (57014)') return 'The database took too long to answer (57014). Trying again.'
  if (isTransient(error)) return `The database does not answer${code}. Trying again.`
  return `The database refused to answer${code}: see the dashboard's log for what is missing. Trying again.`
}
