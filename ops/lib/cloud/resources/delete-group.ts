import {
  DeleteSecurityGroupCommand,
  DescribeNetworkInterfacesCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import { missing } from '../missing.ts'
import { type Look, waitUntil } from '../wait.ts'

/** Network interfaces of a database that was just removed hold its group for a minute or two. */
const limitMs = 300_000

/**
 * Deletes a security group, waiting while something that is going away still uses it.
 * @throws UserError naming what still uses it after five minutes.
 */
export async function deleteGroup(
  ec2: EC2Client,
  GroupId: string,
  say: (progress: string) => void,
  patience = { limitMs },
): Promise<void> {
  const look = async (): Promise<Look<true>> => {
    try {
      await missing(ec2.send(new DeleteSecurityGroupCommand({ GroupId })))
      return { done: true }
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'DependencyViolation') throw error
      const users = await usersOf(ec2, GroupId)
      return { still: `used by ${users.join(', ') || 'something that EC2 does not list'}` }
    }
  }
  await waitUntil(look, { what: `security group ${GroupId}`, say, ...patience })
}

/** Network interfaces in the group, and groups whose rules name it. */
async function usersOf(ec2: EC2Client, GroupId: string): Promise<string[]> {
  const naming = (filter: string) =>
    ec2.send(new DescribeSecurityGroupsCommand({ Filters: [{ Name: filter, Values: [GroupId] }] }))
  const [interfaces, inbound, outbound] = await Promise.all([
    ec2.send(new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'group-id', Values: [GroupId] }] })),
    naming('ip-permission.group-id'),
    naming('egress.ip-permission.group-id'),
  ])
  const groups = [...(inbound.SecurityGroups ?? []), ...(outbound.SecurityGroups ?? [])]
  return [
    ...(interfaces.NetworkInterfaces ?? []).map(
      ({ NetworkInterfaceId, Description, Attachment }) =>
        `${NetworkInterfaceId} (${Attachment?.InstanceId || Description || 'not attached'})`,
    ),
    ...new Set(groups.map(group => `a rule of ${group.GroupName} (${group.GroupId})`)),
  ]
}
