import { type AuditSummary } from '../audit/summary.ts'
import { visible } from '../cloud/fact-text.ts'
import { UserError } from '../script.ts'
import { testEvents } from './local-test.ts'
import { type Probed, type Step } from './step.ts'

const run = 'npx zx ops/migrate.ts --only local-test'
const count = (number: number) => number.toLocaleString('en')

/** What the books of the test on this machine say of one step; one run of the pipeline proves all three. */
function byTheBooks(judge: (report: AuditSummary) => Probed): Step['probe'] {
  return async ({ localTest, release }, say) => {
    say('auditing the last test on this machine')
    try {
      const report = await localTest()
      if (report) return judge(report)
    } catch (error) {
      // A test that was killed leaves anything behind; another one costs nothing.
      if (!(error instanceof UserError)) throw error
      return { state: 'to do', evidence: `the last test was not finished: ${visible(error.message)}` }
    }
    return { state: 'to do', evidence: `release ${(await release()).id} has not run on this machine` }
  }
}

/** Every event of the test counted, and none still waiting. */
export const streamStep: Step = {
  id: 'stream',
  phase: 'prepare',
  title: 'stream processing',
  makes: 'log → workers → PostgreSQL on this machine, on the embedded engines',
  byHand: 'npm start -- --source simulate',
  probe: byTheBooks(({ totals: { records, events, deadLetters, lag } }) => ({
    state: records >= testEvents && lag === 0 && events + deadLetters === records ? 'done' : 'to do',
    evidence: `${count(events)} of ${count(Math.max(records, testEvents))} events counted${deadLetters > 0 ? `, ${count(deadLetters)} dead letters` : ''}`,
  })),
}

/** Every record of the test in the lake's files. */
export const batchStep: Step = {
  id: 'batch',
  phase: 'prepare',
  title: 'batch to Parquet',
  makes: 'log → Parquet files in a folder of this machine, by the rules of those in S3',
  byHand: 'npm start -- --source simulate',
  probe: byTheBooks(({ totals: { records, lakeRows, lakeObjects } }) => ({
    state: records >= testEvents && lakeRows >= records && lakeObjects > 0 ? 'done' : 'to do',
    evidence: `${count(lakeRows)} rows in ${count(lakeObjects)} Parquet files`,
  })),
}

/** Nothing of the test lost, and nothing counted twice. */
export const localTestStep: Step = {
  id: 'local-test',
  phase: 'prepare',
  title: 'test on this machine',
  makes: 'an audit of log, database and lake that finds nothing lost and nothing counted twice',
  byHand: run,
  probe: byTheBooks(({ verdict, totals: { records, events, deadLetters } }) => {
    const sum = `${count(records)} in the log, ${count(events)} counted, ${count(deadLetters)} dead letters`
    if (verdict !== 'conserved') return { state: 'to do', evidence: `NOT conserved: ${sum}` }
    return { state: records >= testEvents ? 'done' : 'to do', evidence: `conserved: ${sum}` }
  }),
}
