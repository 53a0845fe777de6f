import {
  CreateTagsCommand,
  type Instance,
  ModifyInstanceAttributeCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { addressUsage, hostUsage } from '../../../../cost/model.ts'
import { UserError } from '../../script.ts'
import { type Names, type StackId } from '../../stack/names.ts'
import { type Cloud } from '../cloud.ts'
import { type Context } from '../context.ts'
import { missing } from '../missing.ts'
import { type Found, type Part } from '../part.ts'
import { type AwsTags, isOurs, stackTag, tagKeys, tagValue } from '../tags.ts'
import { changeHost } from './change-host.ts'
import { readDatabase } from './database-state.ts'
import { effects, fixedProperties, hostFacts, launchRequest, whyNotDisk, whyNotType } from './host-request.ts'
import { waitTerminated } from './host-state.ts'
import { launch } from './launch.ts'
import { byTag, findInstances, type HostView, readHost } from './read-host.ts'

/** An EC2 instance that runs the pipeline; the first keeps the log. */
export function hostPart(context: Context, number: number): Part {
  const { stack, id, names, cloud, around, wanted } = context
  const { ec2 } = cloud
  const part = `host-${number}`
  const name = names.host(number)
  const ours = () => findInstances(ec2, [byTag(tagKeys.stack, stackTag(id)), byTag(tagKeys.part, part)])

  return {
    id: part,
    title: 'EC2 host',
    name,
    needs: ['host-group', 'key-pair', 'instance-profile'],
    wanted,
    want: hostFacts(context),
    fixed: fixedProperties,
    effects,
    ...(number === 1 ? { holds: 'the log on its disk' } : {}),
    // The address of the first host is a part of its own.
    usage: [...hostUsage(stack.host.type, 1, stack.host.diskGb), ...(number === 1 ? [] : addressUsage(1))],
    find: async () => {
      const instances = await ours()
      if (wanted) assertSingle(part, instances)
      const [instance] = instances.length > 0 ? instances : await findInstances(ec2, [byTag('Name', name)])
      if (!instance) return undefined
      // Just launched, EC2 may list it without knowing its attributes.
      const view = await missing(readHost(ec2, instance))
      if (!view) return undefined
      const whyDisk = whyNotDisk(view.volume?.gb ?? 0, stack.host.diskGb)
      const whyType = whyNotType(instance.Architecture ?? '', around.hostType.architecture)
      const fixed = { ...(whyDisk && { disk: whyDisk }), ...(whyType && { type: whyType }) }
      return { ...asFound(view, tags => isOurs(id, part, tags)), fixed }
    },
    create: ({ refs, tags, say }) => launch(ec2, launchRequest(context, refs('host-group').id, tags), say),
    change: (found, differences, work) => changeHost(context, { id: found.id, name }, differences, work),
    tag: async (found, tags) => {
      await ec2.send(new CreateTagsCommand({ Resources: [found.id], Tags: [...tags] }))
    },
    remove: async (found, { say }) => {
      const ids = new Set([found.id, ...(await ours()).map(({ InstanceId }) => InstanceId ?? '')])
      for (const InstanceId of ids) {
        const unprotected = { InstanceId, DisableApiTermination: { Value: false } }
        await ec2.send(new ModifyInstanceAttributeCommand(unprotected))
      }
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [...ids] }))
      for (const one of ids) await waitTerminated({ ec2, id: one, name, say })
    },
  }
}

/** Numbers of a stack's hosts that exist, in order: those over `host.count` are to be removed. */
export async function findHosts(cloud: Cloud, id: StackId): Promise<number[]> {
  const instances = await findInstances(cloud.ec2, [byTag(tagKeys.stack, stackTag(id))])
  const numbers = instances.flatMap(instance => numberOf(instance) ?? [])
  return [...new Set(numbers)].sort((a, b) => a - b)
}

/** The zone in which a stack stands: its first host's, else its database's; undefined when there is neither. */
export async function standingZone(cloud: Cloud, id: StackId, names: Names): Promise<string | undefined> {
  const instances = await findInstances(cloud.ec2, [byTag(tagKeys.stack, stackTag(id))])
  const [first] = instances
    .filter(instance => numberOf(instance) !== undefined)
    .sort((a, b) => (numberOf(a) ?? 0) - (numberOf(b) ?? 0))
  if (first?.Placement?.AvailabilityZone) return first.Placement.AvailabilityZone
  const db = await readDatabase(cloud.rds, names.database)
  return db && isOurs(id, 'database', db.TagList) ? db.AvailabilityZone : undefined
}

function numberOf({ Tags }: Instance): number | undefined {
  const digits = /^host-([1-9]\d*)$/.exec(tagValue(Tags, tagKeys.part) ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

function assertSingle(part: string, instances: readonly Instance[]): void {
  if (instances.length < 2) return
  const ids = instances.map(({ InstanceId }) => InstanceId).join(' and ')
  throw new UserError(
    `${ids} both carry the tags of ${part}: take the tag ${tagKeys.part} off the one that isn't it, or terminate it, and run the same command again`,
  )
}

function asFound({ instance, instanceId, facts }: HostView, ours: (tags: AwsTags) => boolean): Found {
  const optional = {
    privateAddress: instance.PrivateIpAddress,
    publicAddress: instance.PublicIpAddress,
    image: instance.ImageId,
    zone: instance.Placement?.AvailabilityZone,
  }
  const known = Object.entries(optional).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    id: instanceId,
    ours: ours(instance.Tags),
    applied: tagValue(instance.Tags, tagKeys.applied),
    facts,
    outputs: Object.fromEntries(known),
  }
}
