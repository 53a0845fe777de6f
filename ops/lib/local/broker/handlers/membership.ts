import { type Endpoint, endpoint } from '../endpoint.ts'
import { errors } from '../protocol/errors.ts'
import { findCoordinator, heartbeat, joinGroup, leaveGroup, syncGroup } from '../protocol/groups.ts'
import { type Context, nodeId } from './context.ts'

/** From this version of JoinGroup on a member is told its id before it joins (KIP-394). */
const asksForIdFrom = 4
/** What a coordinator is asked for. */
const groupKey = 0

/** Joining a consumer group, staying in it and leaving it. Static membership isn't there: an instance id is ignored. */
export function membershipEndpoints({ coordinator, advertised }: Context): Endpoint[] {
  return [
    endpoint(findCoordinator, {
      refuse: (_, errorCode) => ({
        throttleMs: 0,
        errorCode,
        errorMessage: null,
        nodeId: -1,
        host: '',
        port: -1,
      }),
      handle: request => {
        if (request.keyType === groupKey) {
          return { throttleMs: 0, errorCode: errors.none, errorMessage: null, nodeId, ...advertised() }
        }
        const errorMessage = 'This broker has no transactions.'
        const errorCode = errors.coordinatorNotAvailable
        return { throttleMs: 0, errorCode, errorMessage, nodeId: -1, host: '', port: -1 }
      },
    }),
    endpoint(joinGroup, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        errorCode,
        generation: -1,
        protocol: '',
        leader: '',
        memberId: request.memberId,
        members: [],
      }),
      handle: async (request, call) => {
        const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, ...rest } = request
        const result = await coordinator.join(groupId, {
          ...rest,
          clientId: call.clientId,
          clientHost: call.clientHost,
          sessionTimeoutMs,
          // Version 0 has only one timeout.
          rebalanceTimeoutMs: rebalanceTimeoutMs < 0 ? sessionTimeoutMs : rebalanceTimeoutMs,
          asksForId: call.version >= asksForIdFrom,
        })
        const members = result.members.map(member => ({ ...member, groupInstanceId: null }))
        return { throttleMs: 0, ...result, members }
      },
    }),
    endpoint(syncGroup, {
      refuse: (_, errorCode) => ({ throttleMs: 0, errorCode, assignment: Buffer.alloc(0) }),
      handle: async request => ({ throttleMs: 0, ...(await coordinator.sync(request.groupId, request)) }),
    }),
    endpoint(heartbeat, {
      refuse: (_, errorCode) => ({ throttleMs: 0, errorCode }),
      handle: request => ({ throttleMs: 0, errorCode: coordinator.heartbeat(request.groupId, request) }),
    }),
    endpoint(leaveGroup, {
      refuse: (_, errorCode) => ({ throttleMs: 0, errorCode, members: [] }),
      handle: (request, call) => {
        const members = request.members.map(member => ({
          ...member,
          errorCode: coordinator.leave(request.groupId, member.memberId),
        }))
        // Before version 3 the one member's error is that of the response.
        const errorCode = call.version < 3 ? (members[0]?.errorCode ?? errors.none) : errors.none
        return { throttleMs: 0, errorCode, members }
      },
    }),
  ]
}
