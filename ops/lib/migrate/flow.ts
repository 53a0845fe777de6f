import { type Check, type Result } from '../checks/check.ts'
import { chooseChecks } from '../checks/choose.ts'
import { runChecks } from '../checks/run.ts'
import { type HostsContext, openHosts } from '../checks/verify/context.ts'
import { hostsChecks } from '../checks/verify/lists.ts'
import { inWords } from '../cloud/errors.ts'
import { visible } from '../cloud/fact-text.ts'
import { type Target } from '../deploy/target.ts'
import { type Probed } from './step.ts'

/** Those of `ops/verify.ts` that show events on their whole way, in the order in which they are told. */
const ofFlow = ['dashboard', 'freshness', 'lake-fresh', 'lake-readable']

/** Whether events flow to the page and to files that can be read. */
export async function probeFlow(target: Target, say: (progress: string) => void): Promise<Probed> {
  const checks: Check<HostsContext>[] = chooseChecks(hostsChecks, { only: ofFlow })
  const opened = openHosts(async () => target, '', 'books')
  try {
    const results = await runChecks(checks, opened.context, {
      explain: inWords,
      onEvent: event => {
        if (event.state === 'waiting') say(event.for)
      },
    })
    return judgeFlow(results)
  } finally {
    await opened.close()
  }
}

/** What the checks mean for the step: a page that can't be opened from here serves, and a lake without a file isn't one. */
export function judgeFlow(results: readonly Pick<Result, 'id' | 'state' | 'found'>[]): Probed {
  const isMissing = ({ id, state }: Pick<Result, 'id' | 'state'>) =>
    state === 'failed' || state === 'skipped' || (state === 'warning' && id.startsWith('lake-'))
  const missing = results.filter(isMissing)
  const told = missing.length > 0 ? missing.filter(({ state }) => state !== 'skipped') : results
  const order = ofFlow.flatMap(id => told.filter(one => one.id === id))
  const said = [...told.filter(({ id }) => missing.length > 0 && !ofFlow.includes(id)), ...order]
  return {
    state: missing.length > 0 ? 'to do' : 'done',
    evidence: visible(said.map(({ found }) => found).join('; ')),
  }
}
