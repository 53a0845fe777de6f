import { type Pool } from 'pg'
import { type Readiness } from '../../runtime/src/platform/health.ts'
import { type Logger } from '../../runtime/src/platform/log.ts'
import { problemOf } from './problem.ts'
import { rowsOf } from './queries/query.ts'
import { inReadOnly } from './read-only.ts'

/** How often the database is asked when nobody watches the page, in ms. */
const everyMs = 10_000

/** Does the database answer? Each change of the answer is logged once. */
export type ConnectionCheck = {
  passed(): void
  failed(error: unknown): void
  readiness(): Readiness
  start(): void
  stop(): void
}

/** Asks the database now and then, so that readiness is known without a viewer. */
export function createConnectionCheck(pool: Pool, log: Logger): ConnectionCheck {
  let problem: string | undefined = 'the database has not been asked yet'
  let timer: NodeJS.Timeout | undefined

  const passed = () => {
    if (problem) log.info('the database answers')
    problem = undefined
  }
  const failed = (error: unknown) => {
    const text = problemOf(error)
    if (problem !== text) log.warn({ err: error }, 'the database can not be read')
    problem = text
  }
  const ask = () =>
    void inReadOnly(pool, client => rowsOf(client, { text: 'SELECT 1', values: [] })).then(passed, failed)
  return {
    passed,
    failed,
    readiness: () => (problem ? { ready: false, reason: problem } : { ready: true }),
    start() {
      ask()
      timer = setInterval(ask, everyMs).unref()
    },
    stop: () => clearInterval(timer),
  }
}
