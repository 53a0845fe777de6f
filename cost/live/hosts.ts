import {
  DescribeInstanceCreditSpecificationsCommand,
  type EC2Client,
  type Instance,
} from '@aws-sdk/client-ec2'
import { type Cloud } from '../../ops/lib/cloud/cloud.ts'
import { byTag, findInstances } from '../../ops/lib/cloud/resources/read-host.ts'
import { stackTag, tagKeys, tagValue } from '../../ops/lib/cloud/tags.ts'
import { type StackId } from '../../ops/lib/stack/names.ts'
import { hoursAMonth } from '../model.ts'
import { type HoursRun, hoursRun } from './hours.ts'
import { attempt, type Metered, type Reading, type Unread } from './metered.ts'
import { type Burster, readSurplus } from './surplus.ts'

/** A host as its bill needs it. */
export type Host = {
  id: string
  /** Its part's id: `host-1`. */
  part: string
  type: string
  created: Date
  running: boolean
  /** AWS's own, which goes when the host stands still. */
  publicAddress: string | undefined
  ran: HoursRun
}

const surplus = { item: 'ec2:surplus-cpu', name: 'CPU surplus, EC2' } as const

/** The stack's hosts, whether described or not: all that carry its tag. */
export async function findLiveHosts(cloud: Cloud, id: StackId, now: Date): Promise<Host[]> {
  const instances = await findInstances(cloud.ec2, [byTag(tagKeys.stack, stackTag(id))])
  const hosts = await Promise.all(instances.map(instance => hostOf(cloud, instance, now)))
  return hosts.sort((a, b) => a.part.localeCompare(b.part))
}

async function hostOf(cloud: Cloud, instance: Instance, now: Date): Promise<Host> {
  const id = instance.InstanceId ?? '?'
  const started = instance.LaunchTime ?? now
  const state = instance.State?.Name
  const running = state === 'running' || state === 'pending'
  const created = createdAt(instance) ?? started
  const cpu = {
    namespace: 'AWS/EC2',
    name: 'CPUUtilization',
    dimensions: { InstanceId: id },
    statistic: 'Average',
  } as const
  const stopped = running ? undefined : stoppedAt(instance)
  return {
    id,
    part: tagValue(instance.Tags, tagKeys.part) ?? id,
    type: instance.InstanceType ?? '?',
    created,
    running,
    publicAddress: instance.PublicIpAddress,
    ran: await hoursRun(cloud.cloudwatch, { created, running, started, stopped, cpu }, now),
  }
}

/** LaunchTime is that of the last start; its root disk was attached when it was made, its network before that. */
function createdAt({ BlockDeviceMappings, NetworkInterfaces, LaunchTime }: Instance): Date | undefined {
  const times = [
    ...(BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.AttachTime),
    ...(NetworkInterfaces ?? []).map(({ Attachment }) => Attachment?.AttachTime),
    LaunchTime,
  ].filter(time => time !== undefined)
  return times.sort((a, b) => a.getTime() - b.getTime())[0]
}

/** EC2 tells the time of a stop in a sentence: `User initiated (2026-11-13 10:00:00 GMT)`. */
function stoppedAt({ StateTransitionReason }: Instance): Date | undefined {
  const [, day, time] =
    /\((\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) (?:GMT|UTC)\)/.exec(StateTransitionReason ?? '') ?? []
  return day === undefined ? undefined : new Date(`${day}T${time}Z`)
}

/** The hours of hosts, at the price of what each is now. */
export function meterHosts(hosts: readonly Host[]): Metered[] {
  return hosts.map(({ part, type, running, ran: { hours, because } }) => ({
    item: `ec2:${type}`,
    name: 'EC2 host',
    soFar: { quantity: hours, what: `${part} ${type}, ${hours.toFixed(0)} h`, because },
    aMonth: { quantity: running ? hoursAMonth : 0, what: `${type}, ${hoursAMonth} h` },
  }))
}

/** CPU over the baseline, of hosts whose credit mode lets them buy it. */
export async function readHostSurplus(cloud: Cloud, hosts: readonly Host[], now: Date): Promise<Reading> {
  const modes = await attempt(creditModes(cloud.ec2, hosts))
  const unread: Unread[] = 'why' in modes ? [{ ...surplus, why: modes.why }] : []
  if ('why' in modes) return { metered: [], unread }
  const unlimited = hosts.filter(({ id }) => modes.value.get(id) === 'unlimited')
  const readings = await Promise.all(
    unlimited.map(host => readSurplus(cloud.cloudwatch, bursterOf(host), now)),
  )
  return {
    metered: readings.flatMap(({ metered }) => metered),
    unread: readings.flatMap(reading => reading.unread).slice(0, 1),
  }
}

function bursterOf({ id, part, type, created, running }: Host): Burster {
  return {
    ...surplus,
    // Its price is another than other types'.
    item: type.startsWith('t4g.') ? 'ec2:surplus-cpu-t4g' : surplus.item,
    thing: part,
    created,
    running,
    metric: {
      namespace: 'AWS/EC2',
      name: 'CPUSurplusCreditsCharged',
      dimensions: { InstanceId: id },
      statistic: 'Sum',
    },
  }
}

async function creditModes(ec2: EC2Client, hosts: readonly Host[]): Promise<Map<string, string>> {
  // EC2 refuses the question for types that don't burst.
  const InstanceIds = hosts.filter(({ type }) => /^t\d/.test(type)).map(({ id }) => id)
  if (InstanceIds.length === 0) return new Map()
  const { InstanceCreditSpecifications } = await ec2.send(
    new DescribeInstanceCreditSpecificationsCommand({ InstanceIds }),
  )
  return new Map(
    (InstanceCreditSpecifications ?? []).map(({ InstanceId, CpuCredits }) => [
      InstanceId ?? '',
      CpuCredits ?? '',
    ]),
  )
}
