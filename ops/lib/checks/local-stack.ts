import { auditLocal } from '../audit/local.ts'
import { type AuditSummary } from '../audit/summary.ts'
import { commandOf, isAlive } from '../local/alive.ts'
import { rehearse } from '../local/rehearsal.ts'
import { readRun } from '../local/run-file.ts'
import { type Check, type Outcome } from './check.ts'

/** Simulated events of a rehearsal, and how long all of it may take, in ms. */
const events = 2_000
const timeoutMs = 120_000

/** Whether the pipeline on this machine loses nothing: the one that runs, or one that is started for it. */
export const localStackCheck: Check<{ state: string }> = {
  id: 'local',
  title: 'local stack',
  needs: ['release'],
  run: async ({ state }, say) => {
    const run = readRun(state)
    if (run && isAlive(run.pid) && commandOf(run.pid).includes('start.ts')) {
      say('auditing the one that runs')
      return judge(await auditLocal(state, 'books'), `the running one (${run.source})`, 'npx zx ops/audit.ts')
    }
    const report = await rehearse({ state, events, timeoutMs, say })
    return judge(report, `one of its own, with ${events.toLocaleString('en')} simulated events`, 'npm start')
  },
}

/** What an audit means for whoever asked. */
export function judge({ verdict, totals }: AuditSummary, which: string, fix: string): Outcome {
  const counts = `${totals.records} records in the log, ${totals.events} counted, ${totals.deadLetters} dead letters, ${totals.lakeRows} rows in the lake`
  if (verdict === 'conserved') return { state: 'ok', found: `${which}, is conserved: ${counts}` }
  const where =
    fix === 'npm start' ? `${fix}, and beside it npx zx ops/audit.ts, show where` : `${fix} shows where`
  return { state: 'failed', found: `${which}, is NOT conserved: ${counts}`, fix: where }
}
