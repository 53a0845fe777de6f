import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2'
import { UserError } from '../../script.ts'
import { missing } from '../missing.ts'
import { type Look, waitUntil } from '../wait.ts'

/** Stopping takes minutes at times; no change of state takes longer. */
const limitMs = 15 * 60_000

type Waiting = { ec2: EC2Client; id: string; name: string; say(progress: string): void }

/**
 * Waits for a host to be in one of these states.
 * @throws UserError when it ends instead (EC2's reason is named: a full zone, a limit), or takes too long.
 */
export function waitForState(
  { ec2, id, name, say }: Waiting,
  states: readonly ('running' | 'stopped')[],
): Promise<Instance> {
  const look = async (): Promise<Look<Instance>> => {
    const instance = await readInstance(ec2, id)
    const state = instance?.State?.Name ?? 'pending'
    if (instance && states.some(one => one === state)) return { done: instance }
    if (state === 'terminated' || state === 'shutting-down') {
      const { Code, Message } = instance?.StateReason ?? {}
      throw new UserError(`host ${name} (${id}) ended by itself: ${Message ?? Code ?? 'EC2 gives no reason'}`)
    }
    return { still: state }
  }
  return waitUntil(look, { what: `host ${name} (${id})`, limitMs, say })
}

/** Waits until a host is terminated. */
export function waitTerminated({ ec2, id, name, say }: Waiting): Promise<true> {
  const look = async (): Promise<Look<true>> => {
    const state = (await readInstance(ec2, id))?.State?.Name ?? 'terminated'
    return state === 'terminated' ? { done: true } : { still: state }
  }
  return waitUntil(look, { what: `host ${name} (${id})`, limitMs, say })
}

async function readInstance(ec2: EC2Client, id: string): Promise<Instance | undefined> {
  const answer = await missing(ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })))
  return answer?.Reservations?.[0]?.Instances?.[0]
}
