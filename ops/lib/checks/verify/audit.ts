import { type AuditSummary } from '../../audit/summary.ts'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'

/** Whether anything was lost, or counted twice. */
export const auditCheck: Check<Pick<PipelineContext, 'pipeline' | 'depth'>> = {
  id: 'audit',
  title: 'audit',
  looksAt: 'log, database and lake agree, partition by partition; --full reads every record of the log',
  needs: ['deployed'],
  run: async ({ pipeline, depth }, say) => {
    const { audit, commands } = await pipeline()
    say(depth === 'full' ? 'reading the whole log' : 'comparing the books')
    return judgeAudit(await audit(depth), commands.audit)
  },
}

/** What an audit means. @param command the audit itself, which shows where something is missing. */
export function judgeAudit({ verdict, totals }: AuditSummary, command: string): Outcome {
  const { records, events, deadLetters, lakeRows, lakeObjects } = totals
  const count = (number: number) => number.toLocaleString('en')
  const log = `${count(records)} records in the log`
  const lake = `the lake holds ${count(lakeRows)} of them in ${count(lakeObjects)} objects`
  if (verdict === 'conserved') {
    return {
      state: 'ok',
      found: `conserved: ${log} = ${count(events)} counted + ${count(deadLetters)} dead letters; ${lake}`,
    }
  }
  return {
    state: 'failed',
    found: `NOT conserved: ${log}, ${count(events)} counted, ${count(deadLetters)} dead letters; ${lake}`,
    fix: `${command} shows where`,
  }
}
