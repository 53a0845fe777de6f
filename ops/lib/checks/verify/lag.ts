import { setTimeout as sleep } from 'node:timers/promises'
import { elapsed } from '../../cloud/elapsed.ts'
import { type Check, type Outcome } from '../check.ts'
import { type PipelineContext } from './context.ts'
import { type Commands } from './pipeline.ts'
import { type View, workersIn } from './view.ts'

/** As many seconds' worth of events may wait: workers store twice a second, and take seconds to share partitions anew. */
const usualS = 10
/** So many records are never much. */
const leastRecords = 1_000
/** How long a large lag is watched to see where it goes, in ms; workers measure theirs every few seconds. */
const watchMs = 10_000

/** A lag that is gone within an hour needs nobody; one that takes more than a day is no catching up, in ms. */
const soonMs = 3_600_000
const neverMs = 86_400_000

/** Records in the log that aren't counted, at a moment. */
export type LagAt = { records: number; at: string }

/** Whether workers keep up with what arrives, or catch up. */
export const lagCheck: Check<Pick<PipelineContext, 'pipeline' | 'view'>> = {
  id: 'lag',
  title: 'lag',
  looksAt: 'records in the log that are not counted yet: few, or growing fewer',
  needs: ['page'],
  run: async ({ pipeline, view }, say) => {
    const { look, commands } = await pipeline()
    const first = await view()
    const before = lagIn(first)
    if (before === undefined) {
      return { state: 'warning', found: 'not every worker knows its lag yet', fix: 'look again in a minute' }
    }
    const small = smallLag(first)
    if (before.records <= small) return judgeLag(before, before, small, commands)
    say(`${before.records.toLocaleString('en')} records: looking again in ${watchMs / 1_000} s`)
    await sleep(watchMs)
    const after = lagIn(await look())
    return judgeLag(before, after ?? before, small, commands)
  },
}

/** The lag of all workers; undefined when one doesn't know its own. */
export function lagIn(view: Pick<View, 'services' | 'at'>): LagAt | undefined {
  const lags = workersIn(view).map(({ lag }) => lag)
  const known = lags.filter(lag => lag !== null)
  if (known.length < lags.length || known.length === 0) return undefined
  return { records: known.reduce((sum, lag) => sum + lag, 0), at: view.at }
}

/** What is on its way at any time, in records. */
function smallLag({ services, counted }: View): number {
  const arriving = (services ?? []).find(({ name }) => name === 'ingest')?.perSecond ?? 0
  return Math.max(leastRecords, usualS * Math.max(arriving, counted.perSecond ?? 0))
}

/** A lag, and where it went in some seconds. @param small what is no lag to speak of, in records. */
export function judgeLag(
  before: LagAt,
  after: LagAt,
  small: number,
  commands: Pick<Commands, 'moreWorkers' | 'logs'>,
): Outcome {
  const found = `${after.records.toLocaleString('en')} ${after.records === 1 ? 'record' : 'records'} not counted yet`
  if (after.records <= small) return { state: 'ok', found }
  const seconds = (Date.parse(after.at) - Date.parse(before.at)) / 1_000
  const perSecond = seconds > 0 ? (before.records - after.records) / seconds : 0
  const rate = Math.round(Math.abs(perSecond)).toLocaleString('en')
  const fix = `${commands.logs('worker')}; when all is well there: ${commands.moreWorkers}`
  if (perSecond <= 0) {
    const course =
      perSecond < 0 ? `${rate} more every second` : `and not fewer after ${Math.round(seconds)} s`
    return { state: 'failed', found: `${found}, ${course}`, fix }
  }
  const leftMs = (after.records / perSecond) * 1_000
  if (leftMs > neverMs) {
    return { state: 'failed', found: `${found}, and hardly fewer: not gone in a day at this rate`, fix }
  }
  const falling = `${found}, ${rate} fewer every second: gone in ${elapsed(leftMs)} at this rate`
  return leftMs > soonMs ? { state: 'warning', found: falling, fix } : { state: 'ok', found: falling }
}
