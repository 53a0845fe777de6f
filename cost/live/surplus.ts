import { type CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { hoursAMonth } from '../model.ts'
import { attempt, type Reading } from './metered.ts'
import { dayMs, hourMs, type Metric, readMetric, sumSince } from './metrics.ts'

/** A burstable thing that may use more CPU than its baseline, for money. */
export type Burster = {
  /** Id of the price: `ec2:surplus-cpu`. */
  item: string
  name: string
  /** As AWS names it. */
  thing: string
  created: Date
  running: boolean
  /** CPUSurplusCreditsCharged, as a sum. */
  metric: Metric
}

/** A CPU credit is a vCPU for a minute (EC2 user guide, "Monitor your CPU credits"). */
const creditsAVcpuHour = 60

/** CPU over the baseline that AWS charged, as CloudWatch counts it; a month is thirty times the last day. */
export async function readSurplus(
  cloudwatch: CloudWatchClient,
  burster: Burster,
  now: Date,
): Promise<Reading> {
  const { item, name, thing, created, running, metric } = burster
  const charged = await attempt(readMetric(cloudwatch, metric, created, now, hourMs))
  if ('why' in charged) return { metered: [], unread: [{ item, name, why: charged.why }] }
  const { value: points } = charged
  const dayAgo = Math.max(now.getTime() - dayMs, created.getTime())
  const lastDay = sumSince(points, new Date(dayAgo)) / creditsAVcpuHour
  const hours = Math.max(1, (now.getTime() - dayAgo) / hourMs)
  const soFar = sumSince(points) / creditsAVcpuHour
  const month = running ? (lastDay / hours) * hoursAMonth : 0
  const because = points.length === 0 && running ? 'unlimited, and CloudWatch has no charge of it' : undefined
  return {
    metered: [
      {
        item,
        name,
        soFar: { quantity: soFar, what: `${thing}, ${soFar.toFixed(1)} vCPU-h over its baseline`, because },
        aMonth: { quantity: month, what: `${thing}, ${month.toFixed(1)} vCPU-h as in the last day`, because },
      },
    ],
    unread: [],
  }
}
