import { type CloudWatchClient, GetMetricStatisticsCommand, type Statistic } from '@aws-sdk/client-cloudwatch'

/** A metric of one thing. */
export type Metric = {
  /** `AWS/EC2`. */
  namespace: string
  name: string
  dimensions: Readonly<Record<string, string>>
  statistic: Statistic
}

/** A metric's value over the period that begins at `at`. */
export type Point = { at: Date; value: number }

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

/** Points that one answer holds (CloudWatch API reference, GetMetricStatistics). */
const pointsAnAnswer = 1_440
/** CloudWatch keeps points of an hour for so many days (CloudWatch user guide, "Metrics retention"). */
const keptDays = 455

/**
 * Reads a metric, a point for each period in which anything was measured, in order. GetMetricStatistics is among
 * CloudWatch's million free requests a month; GetMetricData never is: looking at the bill adds nothing to it.
 * @param periodMs an hour or a day; points begin at whole ones, in UTC.
 */
export async function readMetric(
  cloudwatch: CloudWatchClient,
  metric: Metric,
  from: Date,
  to: Date,
  periodMs: number,
): Promise<Point[]> {
  const oldest = Math.max(from.getTime(), to.getTime() - keptDays * dayMs)
  const points: Point[] = []
  for (let start = oldest - (oldest % periodMs); start < to.getTime(); start += pointsAnAnswer * periodMs) {
    const { Datapoints } = await cloudwatch.send(
      new GetMetricStatisticsCommand({
        Namespace: metric.namespace,
        MetricName: metric.name,
        Dimensions: Object.entries(metric.dimensions).map(([Name, Value]) => ({ Name, Value })),
        StartTime: new Date(start),
        EndTime: new Date(Math.min(to.getTime(), start + pointsAnAnswer * periodMs)),
        Period: periodMs / 1_000,
        Statistics: [metric.statistic],
      }),
    )
    for (const { Timestamp: at, [metric.statistic]: value } of Datapoints ?? []) {
      if (at && value !== undefined) points.push({ at, value })
    }
  }
  return points.sort((a, b) => a.at.getTime() - b.at.getTime())
}

/** The sum of points' values from a time on. */
export function sumSince(points: readonly Point[], since = new Date(0)): number {
  return points.reduce((sum, { at, value }) => sum + (at >= since ? value : 0), 0)
}
