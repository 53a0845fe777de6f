import { type OpenStack } from '../ops/lib/cloud/open.ts'
import { type LiveBill } from './bill.ts'
import { readAddresses } from './live/addresses.ts'
import { findLiveDatabase, meterDatabase, readDatabaseSurplus, readSnapshots } from './live/database.ts'
import { findDisks, meterDisks } from './live/disks.ts'
import { findLiveHosts, meterHosts, readHostSurplus } from './live/hosts.ts'
import { readLake } from './live/lake.ts'
import { attempt, billsOf, type Metered, nothing, type Reading, type Unread } from './live/metered.ts'
import { readTransfer } from './live/transfer.ts'

/**
 * What runs of a stack now, found by its tags, what it cost since its oldest part was made, and what it costs in a
 * month from here on. All are list prices before credits. What AWS doesn't tell is bounded from above (hours before
 * the last start, addresses, transfer, snapshots) or below (requests), and each line says so; what was removed since isn't known to AWS any more, nor to this bill. What these
 * credentials may not read is a line of its own without an amount, and the rest goes on.
 * @throws what isn't an answer of AWS's.
 */
export async function readLive({ stack, cloud, context }: Live, now = new Date()): Promise<LiveBill> {
  const { id } = context
  const unread: Unread[] = []
  const orUnread = async <T>(item: string, name: string, call: Promise<T>): Promise<T | undefined> => {
    const answer = await attempt(call)
    if ('value' in answer) return answer.value
    unread.push({ item, name, why: answer.why })
    return undefined
  }

  const [hosts = [], database] = await Promise.all([
    orUnread(`ec2:${stack.host.type}`, 'EC2 host', findLiveHosts(cloud, id, now)),
    orUnread(`rds:${stack.database.class}`, 'RDS instance', findLiveDatabase(cloud, id, now)),
  ])
  const unsure = unread.length > 0
  const powered = [...hosts, ...(database ? [database] : [])]
  const [disks = [], lake, snapshots = [], ...readings] = await Promise.all([
    orUnread('ebs:gp3', 'EBS', findDisks(cloud.ec2, id, hosts)),
    orUnread(
      's3:storage',
      'S3 storage',
      readLake(
        cloud,
        id,
        hosts.some(({ running }) => running),
        now,
      ),
    ),
    orUnread('rds:backup', 'RDS backups', readSnapshots(cloud, id, database, now)),
    readHostSurplus(cloud, hosts, now),
    database ? readDatabaseSurplus(cloud, database, now) : nothing,
    readTransfer(cloud.cloudwatch, hosts, now),
  ])
  const created = [...powered, ...disks].map(one => one.created.getTime())
  const since = new Date(Math.min(now.getTime(), ...created, lake?.since?.getTime() ?? now.getTime()))
  const addresses =
    (await orUnread('ipv4', 'public IPv4', readAddresses(cloud.ec2, id, hosts, since, now))) ?? []
  const metered: Metered[] = [
    ...meterHosts(hosts),
    ...meterDisks(disks, now),
    ...(database ? meterDatabase(database, now) : []),
    ...addresses,
    ...(lake?.metered ?? []),
    ...snapshots,
    ...readings.flatMap((reading: Reading) => reading.metered),
  ]
  unread.push(...readings.flatMap((reading: Reading) => reading.unread))
  return {
    ...billsOf({ metered, unread }, stack.region),
    since: since.toISOString(),
    paused: powered.length > 0 && !unsure && powered.every(({ running }) => !running),
  }
}

/** What of an opened stack is needed. */
type Live = Pick<OpenStack, 'stack' | 'cloud'> & { context: Pick<OpenStack['context'], 'id'> }
