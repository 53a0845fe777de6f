import { showProgress } from '../checks/progress.ts'
import { type MigrationContext } from './context.ts'
import { judgeError } from './judge-error.ts'
import { type Found, type Step } from './step.ts'

/**
 * Looks at steps, all at the same time; from two seconds on, what is still looked at stands on standard error.
 * @param numbers of the steps among all ten are their places in `all`.
 * @returns what was found, in the steps' order; what can't be looked at says why.
 */
export async function probeSteps(
  some: readonly Step[],
  context: MigrationContext,
  all: readonly Step[] = some,
): Promise<Found[]> {
  const progress = showProgress(process.stderr, new Map(some.map(({ id, title }) => [id, title])))
  try {
    return await Promise.all(
      some.map(async step => {
        const { id, phase, title, makes, byHand } = step
        const since = performance.now()
        progress.on({ id, state: 'begun' })
        const probed = await step
          .probe(context, text => progress.on({ id, state: 'waiting', for: text }))
          .catch(judgeError)
        const tookMs = Math.round(performance.now() - since)
        progress.on({ id, state: 'done', result: { id, title, state: 'ok', found: probed.evidence, tookMs } })
        return { number: all.indexOf(step) + 1, id, phase, title, makes, byHand, ...probed }
      }),
    )
  } finally {
    progress.close()
  }
}
