import {
  AssociateIamInstanceProfileCommand,
  type EC2Client,
  type Instance,
  ModifyInstanceAttributeCommand,
  ModifyInstanceCreditSpecificationCommand,
  ModifyInstanceMetadataOptionsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ModifyVolumeCommand,
  ReplaceIamInstanceProfileAssociationCommand,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2'
import { type Context } from '../context.ts'
import { type Difference, type Work } from '../part.ts'
import { differencesOf } from '../plan.ts'
import { type Look, waitUntil } from '../wait.ts'
import { metadataOptions } from './host-request.ts'
import { waitForState } from './host-state.ts'
import { whenProfileIsKnown } from './launch.ts'
import { type HostView, readHost, readProfileAssociation } from './read-host.ts'

/**
 * Makes the given properties of a host as they should be. Its type changes only while it is stopped; all else is
 * set then too, so that it starts as it should be.
 */
export async function changeHost(
  context: Context,
  host: { id: string; name: string },
  differences: readonly Difference[],
  work: Work,
): Promise<void> {
  const { ec2 } = context.cloud
  const { say } = work
  const waiting = { ec2, ...host, say }
  const want = Object.fromEntries(differences.map(({ property, after }) => [property, after]))
  const left = async (instance: Instance) => {
    const view = await readHost(ec2, instance)
    const properties = differencesOf({ want }, { id: host.id, ours: true, facts: view.facts })
    return { view, properties: properties.map(one => one.property).filter(one => one !== 'state') }
  }

  let instance = await waitForState(waiting, ['running', 'stopped'])
  let { view, properties } = await left(instance)
  if (properties.includes('type') && instance.State?.Name === 'running') {
    instance = await stop(waiting)
    ;({ view, properties } = await left(instance))
  }
  for (const property of properties) await settings[property]?.(ec2, view, context, work)
  if (properties.length > 0) await waitForProperties(host.name, left, waiting)
  if (context.power === 'running' && instance.State?.Name === 'stopped') {
    await ec2.send(new StartInstancesCommand({ InstanceIds: [host.id] }))
    await waitForState(waiting, ['running'])
  }
  if (context.power === 'stopped' && instance.State?.Name === 'running') await stop(waiting)
}

type Waiting = Parameters<typeof waitForState>[0]

async function stop(waiting: Waiting): Promise<Instance> {
  await waiting.ec2.send(new StopInstancesCommand({ InstanceIds: [waiting.id] }))
  return waitForState(waiting, ['stopped'])
}

/** EC2 shows some changes seconds after it took them. */
async function waitForProperties(
  name: string,
  left: (instance: Instance) => Promise<{ properties: string[] }>,
  waiting: Waiting,
): Promise<void> {
  const look = async (): Promise<Look<true>> => {
    const { properties } = await left(await waitForState(waiting, ['running', 'stopped']))
    return properties.length === 0 ? { done: true } : { still: `changing ${properties.join(', ')}` }
  }
  await waitUntil(look, { what: `host ${name}`, limitMs: 10 * 60_000, say: waiting.say })
}

type Setting = (ec2: EC2Client, host: HostView, context: Context, work: Work) => Promise<unknown>

/** How each property is set, by its name in `hostFacts`. */
const settings: Record<string, Setting> = {
  type: (ec2, { instanceId }, { stack }) =>
    ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: instanceId,
        InstanceType: { Value: stack.host.type },
      }),
    ),
  disk: (ec2, { volume }, { stack }) =>
    ec2.send(new ModifyVolumeCommand({ VolumeId: volume?.id, Size: stack.host.diskGb, VolumeType: 'gp3' })),
  // All options each time: those left out may be reset.
  metadata: (ec2, { instanceId }) =>
    ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId: instanceId, ...metadataOptions })),
  'CPU credits': (ec2, { instanceId }) =>
    ec2.send(
      new ModifyInstanceCreditSpecificationCommand({
        InstanceCreditSpecifications: [{ InstanceId: instanceId, CpuCredits: 'standard' }],
      }),
    ),
  'termination protection': (ec2, { instanceId }) =>
    ec2.send(
      new ModifyInstanceAttributeCommand({ InstanceId: instanceId, DisableApiTermination: { Value: true } }),
    ),
  'at shutdown': (ec2, { instanceId }) =>
    ec2.send(
      new ModifyInstanceAttributeCommand({
        InstanceId: instanceId,
        InstanceInitiatedShutdownBehavior: { Value: 'stop' },
      }),
    ),
  'security groups': (ec2, { interfaceId }, _context, { refs }) =>
    ec2.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: interfaceId,
        Groups: [refs('host-group').id],
      }),
    ),
  'instance profile': async (ec2, { instanceId }, { names }, { say }) => {
    const association = await readProfileAssociation(ec2, instanceId)
    const IamInstanceProfile = { Name: names.instanceProfile }
    await whenProfileIsKnown(async () => {
      if (association) {
        const exchange = { AssociationId: association, IamInstanceProfile }
        await ec2.send(new ReplaceIamInstanceProfileAssociationCommand(exchange))
      } else {
        const first = { InstanceId: instanceId, IamInstanceProfile }
        await ec2.send(new AssociateIamInstanceProfileCommand(first))
      }
    }, say)
  },
}
