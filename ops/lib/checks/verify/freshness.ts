import { elapsed } from '../../cloud/elapsed.ts'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'
import { type Commands } from './pipeline.ts'
import { newestAgeS, type View } from './view.ts'

/** An event is counted within seconds of when it happened; the source itself takes some of them. */
const freshS = 60

/** Whether what is counted last has just happened. */
export const freshnessCheck: Check<Pick<PipelineContext, 'pipeline' | 'view'>> = {
  id: 'freshness',
  title: 'freshness',
  looksAt: `the newest event that is counted happened less than ${freshS} s ago`,
  needs: ['page'],
  run: async ({ pipeline, view }) => {
    const { isSourceOver, commands } = await pipeline()
    const seen = await view()
    const isOld = (newestAgeS(seen) ?? freshS) >= freshS
    return judgeFreshness(seen, isOld && (await isSourceOver()), commands)
  },
}

/** The age of what was counted last. @param isOver the source has nothing more to send. */
export function judgeFreshness(
  view: Pick<View, 'at' | 'counted' | 'source'>,
  isOver: boolean,
  commands: Pick<Commands, 'logs'>,
): Outcome {
  const age = newestAgeS(view)
  const fix = commands.logs('ingest')
  if (age === undefined) {
    return view.counted.total === 0
      ? { state: 'failed', found: 'nothing is counted yet', fix }
      : { state: 'warning', found: 'none of the events counted last is kept any more', fix }
  }
  const { kind } = view.source
  const label = kind === 'live' || kind === 'none' ? '' : ` (${kind})`
  const found = `the newest event${label} is ${elapsed(age * 1_000)} old`
  if (age < freshS) return { state: 'ok', found }
  if (kind === 'replayed')
    return { state: 'ok', found: `${found}: it is as old as the file that is replayed` }
  if (isOver) return { state: 'warning', found: `${found}: the source has sent all that it was to send` }
  return { state: 'failed', found, fix }
}
