import { fileURLToPath } from 'node:url'
import { runCommand } from '../checks/find-command.ts'
import { UserError } from '../script.ts'
import { type AuditSummary, parseSummary } from './summary.ts'

const script = fileURLToPath(new URL('../../audit.ts', import.meta.url))

/** How long an audit of the books may take, and one that reads the log, before it is killed, in ms. */
const limitMs = { books: 120_000, full: 3_600_000 }

/**
 * Audits the local stack whose data lies in `state`.
 * @param depth the books alone, or every record of the log.
 * @throws UserError when it can't tell.
 */
export async function auditLocal(state: string, depth: 'books' | 'full'): Promise<AuditSummary> {
  const args = [script, '--json', '--state', state, ...(depth === 'books' ? ['--quick'] : [])]
  const { stdout, stderr } = await runCommand(process.execPath, args, { timeoutMs: limitMs[depth] })
  const summary = parseSummary(stdout)
  if (!summary) throw new UserError(stderr.trim() || 'the audit ended without a report')
  return summary
}
