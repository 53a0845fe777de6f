import { DescribeAddressesCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { byTag } from '../../ops/lib/cloud/resources/read-host.ts'
import { stackTag, tagKeys } from '../../ops/lib/cloud/tags.ts'
import { type StackId } from '../../ops/lib/stack/names.ts'
import { hoursAMonth } from '../model.ts'
import { type Host } from './hosts.ts'
import { type Metered } from './metered.ts'
import { hourMs } from './metrics.ts'

const line = { item: 'ipv4', name: 'public IPv4' } as const

/**
 * Public addresses: the stack's elastic ones, which bill whether anything runs behind them or not, and those that
 * AWS lends to hosts while they run.
 * @param since when the oldest part of the stack was made: EC2 doesn't tell how long it has had an address.
 */
export async function readAddresses(
  ec2: EC2Client,
  id: StackId,
  hosts: readonly Host[],
  since: Date,
  now: Date,
): Promise<Metered[]> {
  const { Addresses = [] } = await ec2.send(
    new DescribeAddressesCommand({ Filters: [byTag(tagKeys.stack, stackTag(id))] }),
  )
  const elastic = new Set(Addresses.map(({ PublicIp }) => PublicIp))
  const age = Math.max(0, now.getTime() - since.getTime()) / hourMs
  const lent = hosts.filter(({ publicAddress }) => publicAddress && !elastic.has(publicAddress))
  return [
    ...Addresses.map(({ PublicIp }) => ({
      ...line,
      soFar: {
        quantity: age,
        what: `${PublicIp}, ${age.toFixed(0)} h`,
        because: 'at most: since the oldest part was made, for EC2 doesn’t tell when an address was taken',
      },
      aMonth: { quantity: hoursAMonth, what: `address, ${hoursAMonth} h` },
    })),
    ...lent.map(({ part, running, ran }) => ({
      ...line,
      soFar: { quantity: ran.hours, what: `${part}'s own, ${ran.hours.toFixed(0)} h`, because: ran.because },
      aMonth: { quantity: running ? hoursAMonth : 0, what: `address, ${hoursAMonth} h` },
    })),
  ]
}
