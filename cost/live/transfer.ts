import { type CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { hoursAMonth } from '../model.ts'
import { attempt, type Reading } from './metered.ts'
import { dayMs, hourMs, type Point, readMetric, sumSince } from './metrics.ts'

/** Gigabytes out to the internet that cost an account nothing, a calendar month (EC2 on-demand pricing, "Data transfer"). */
const freeGbAMonth = 100
const gigabyte = 2 ** 30
/** The present rate is that of so many days. */
const rateDays = 7

const line = { item: 'transfer:out', name: 'transfer out' } as const
const because =
  'at most: NetworkOut counts all that leaves the hosts, also to the database, to S3 and to one another, which costs nothing inside a zone'

/** What a host sent: its id, and since when it exists. */
type Sender = { id: string; created: Date; running: boolean }

/** What the hosts sent, as CloudWatch counts it, beyond each calendar month's free 100 GB. */
export async function readTransfer(
  cloudwatch: CloudWatchClient,
  senders: readonly Sender[],
  now: Date,
): Promise<Reading> {
  if (senders.length === 0) return { metered: [], unread: [] }
  const read = await attempt(Promise.all(senders.map(sender => sentBy(cloudwatch, sender, now))))
  if ('why' in read) return { metered: [], unread: [{ ...line, why: read.why }] }
  const points = read.value.flat()
  if (points.length === 0) {
    const none = { quantity: 0, what: 'nothing measured' }
    const because = 'CloudWatch has no NetworkOut of the hosts yet'
    return { metered: [{ ...line, soFar: { ...none, because }, aMonth: none }], unread: [] }
  }
  const total = sumSince(points) / gigabyte
  const month = senders.some(({ running }) => running) ? monthlyGb(points, senders, now) : 0
  const free = `${freeGbAMonth} GB a month are free`
  return {
    metered: [
      {
        ...line,
        soFar: {
          quantity: billedGb(points),
          what: `${total.toFixed(1)} GB out of the hosts; ${free}`,
          because,
        },
        aMonth: {
          quantity: Math.max(0, month - freeGbAMonth),
          what: `${month.toFixed(1)} GB out of the hosts, as in the last ${rateDays} days; ${free}`,
          ...(month > 0 ? { because } : {}),
        },
      },
    ],
    unread: [],
  }
}

function sentBy(cloudwatch: CloudWatchClient, { id, created }: Sender, now: Date): Promise<Point[]> {
  const metric = {
    namespace: 'AWS/EC2',
    name: 'NetworkOut',
    dimensions: { InstanceId: id },
    statistic: 'Sum',
  } as const
  return readMetric(cloudwatch, metric, created, now, dayMs)
}

/** Each calendar month's gigabytes over the free ones, together. */
function billedGb(points: readonly Point[]): number {
  const months = Map.groupBy(points, ({ at }) => at.toISOString().slice(0, 7))
  return [...months.values()].reduce(
    (sum, month) => sum + Math.max(0, sumSince(month) / gigabyte - freeGbAMonth),
    0,
  )
}

function monthlyGb(points: readonly Point[], senders: readonly Sender[], now: Date): number {
  const oldest = Math.min(...senders.map(({ created }) => created.getTime()))
  // Points are of whole days, by their beginning; today's is one of them.
  const since = now.getTime() - (now.getTime() % dayMs) - (rateDays - 1) * dayMs
  const hours = Math.max(1, (now.getTime() - Math.max(since, oldest)) / hourMs)
  return (sumSince(points, new Date(since)) / gigabyte / hours) * hoursAMonth
}
