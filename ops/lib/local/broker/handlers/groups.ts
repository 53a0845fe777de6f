import { type Endpoint, endpoint } from '../endpoint.ts'
import { metadataOf } from '../groups/member.ts'
import { errors } from '../protocol/errors.ts'
import { deleteGroups, describeGroups, listGroups } from '../protocol/groups.ts'
import { type Context, codeOf } from './context.ts'

/** Looking at groups from outside, and deleting them. */
export function groupsEndpoints({ coordinator, log }: Context): Endpoint[] {
  function describe(groupId: string) {
    const group = coordinator.find(groupId)
    if (!group) {
      const state = coordinator.offsets.groups().includes(groupId) ? 'Empty' : 'Dead'
      return { errorCode: errors.none, groupId, state, protocolType: '', protocol: '', members: [] }
    }
    const { state, protocolType, protocol } = group
    const members = group.members.map(member => ({
      memberId: member.id,
      clientId: member.clientId,
      clientHost: member.clientHost,
      metadata: metadataOf(member, protocol),
      assignment: member.assignment,
    }))
    return { errorCode: errors.none, groupId, state, protocolType, protocol, members }
  }

  return [
    endpoint(describeGroups, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        groups: request.groups.map(groupId => ({
          errorCode,
          groupId,
          state: '',
          protocolType: '',
          protocol: '',
          members: [],
        })),
      }),
      handle: request => ({ throttleMs: 0, groups: request.groups.map(describe) }),
    }),
    endpoint(listGroups, {
      refuse: (_, errorCode) => ({ throttleMs: 0, errorCode, groups: [] }),
      handle: () => ({
        throttleMs: 0,
        errorCode: errors.none,
        groups: coordinator
          .groupIds()
          .map(groupId => ({ groupId, protocolType: coordinator.find(groupId)?.protocolType ?? '' })),
      }),
    }),
    endpoint(deleteGroups, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        groups: request.groups.map(groupId => ({ groupId, errorCode })),
      }),
      handle: async request => {
        const groups = request.groups.map(async groupId => {
          try {
            return { groupId, errorCode: await coordinator.delete(groupId) }
          } catch (error) {
            return { groupId, errorCode: codeOf(error, log) }
          }
        })
        return { throttleMs: 0, groups: await Promise.all(groups) }
      },
    }),
  ]
}
