import { type CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { attempt } from './metered.ts'
import { hourMs, type Metric, readMetric } from './metrics.ts'

/** What AWS tells of when a thing ran. */
export type Life = {
  created: Date
  running: boolean
  /** Its last start, where AWS tells it. */
  started?: Date | undefined
  /** Since when it stands still, where AWS tells it. */
  stopped?: Date | undefined
  /** CPUUtilization of the thing: CloudWatch has points of the hours in which it ran. */
  cpu: Metric
}

/** Hours that a thing ran, and how that is known where it isn't exact. */
export type HoursRun = { hours: number; because?: string }

/** Between the making of a host's disk and its first start. */
const firstStartMs = 10 * 60_000

/**
 * Hours that a thing ran since it was made. AWS tells of its last start and stop alone: earlier pauses are seen by
 * CloudWatch's hours, each begun one counted whole. Without them, all time until it stopped is counted: never too
 * little.
 */
export async function hoursRun(cloudwatch: CloudWatchClient, life: Life, now: Date): Promise<HoursRun> {
  const { created, running, started, stopped, cpu } = life
  const end = running ? now : (stopped ?? now)
  const most = Math.max(0, end.getTime() - created.getTime()) / hourMs
  if (started && started.getTime() - created.getTime() < firstStartMs && (running || stopped)) {
    return { hours: most }
  }
  const seen = await attempt(readMetric(cloudwatch, cpu, created, now, hourMs))
  if ('value' in seen && seen.value.length > 0) {
    return {
      hours: Math.min(seen.value.length, most),
      because: 'hours in which CloudWatch saw it run, each begun one whole',
    }
  }
  const why = 'why' in seen ? seen.why : 'CloudWatch has nothing of it'
  const least = started
    ? ` (at least ${((end.getTime() - started.getTime()) / hourMs).toFixed(0)} h, since its last start)`
    : ''
  return {
    hours: most,
    because: `at most: all hours since it was made${least}, for AWS doesn’t tell when it stood still before, and ${why}`,
  }
}
