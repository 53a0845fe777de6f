import {
  array,
  bytes,
  type Codec,
  int8,
  int16,
  int32,
  nullableString,
  since,
  string,
  struct,
  type ValueOf,
} from '../wire/codec.ts'
import { api } from './api.ts'

export const findCoordinator = api({
  name: 'FindCoordinator',
  key: 10,
  min: 0,
  max: 2,
  request: struct({ key: string, keyType: since(1, int8, 0) }),
  response: struct({
    throttleMs: since(1, int32, 0),
    errorCode: int16,
    errorMessage: since(1, nullableString, null),
    nodeId: int32,
    host: string,
    port: int32,
  }),
})

export const joinGroup = api({
  name: 'JoinGroup',
  key: 11,
  min: 0,
  max: 5,
  request: struct({
    groupId: string,
    sessionTimeoutMs: int32,
    rebalanceTimeoutMs: since(1, int32, -1),
    memberId: string,
    groupInstanceId: since(5, nullableString, null),
    protocolType: string,
    protocols: array(struct({ name: string, metadata: bytes })),
  }),
  response: struct({
    throttleMs: since(2, int32, 0),
    errorCode: int16,
    generation: int32,
    protocol: string,
    leader: string,
    memberId: string,
    members: array(
      struct({ memberId: string, groupInstanceId: since(5, nullableString, null), metadata: bytes }),
    ),
  }),
})

export const syncGroup = api({
  name: 'SyncGroup',
  key: 14,
  min: 0,
  max: 3,
  request: struct({
    groupId: string,
    generation: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, null),
    assignments: array(struct({ memberId: string, assignment: bytes })),
  }),
  response: struct({ throttleMs: since(1, int32, 0), errorCode: int16, assignment: bytes }),
})

export const heartbeat = api({
  name: 'Heartbeat',
  key: 12,
  min: 0,
  max: 3,
  request: struct({
    groupId: string,
    generation: int32,
    memberId: string,
    groupInstanceId: since(3, nullableString, null),
  }),
  response: struct({ throttleMs: since(1, int32, 0), errorCode: int16 }),
})

const leavingMembers = array(struct({ memberId: string, groupInstanceId: nullableString }))
type LeaveRequest = { groupId: string; members: ValueOf<typeof leavingMembers> }

/** Up to version 2 one member leaves, from 3 on a list of them; both read as a list. */
const leaveRequest: Codec<LeaveRequest> = {
  read: (from, version) => {
    const groupId = string.read(from, version)
    if (version >= 3) return { groupId, members: leavingMembers.read(from, version) }
    return { groupId, members: [{ memberId: string.read(from, version), groupInstanceId: null }] }
  },
  write: (to, value, version) => {
    string.write(to, value.groupId, version)
    if (version >= 3) leavingMembers.write(to, value.members, version)
    else string.write(to, value.members[0]?.memberId ?? '', version)
  },
}

export const leaveGroup = api({
  name: 'LeaveGroup',
  key: 13,
  min: 0,
  max: 3,
  request: leaveRequest,
  response: struct({
    throttleMs: since(1, int32, 0),
    errorCode: int16,
    members: since(
      3,
      array(struct({ memberId: string, groupInstanceId: nullableString, errorCode: int16 })),
      [],
    ),
  }),
})

export const describeGroups = api({
  name: 'DescribeGroups',
  key: 15,
  min: 0,
  max: 2,
  request: struct({ groups: array(string) }),
  response: struct({
    throttleMs: since(1, int32, 0),
    groups: array(
      struct({
        errorCode: int16,
        groupId: string,
        state: string,
        protocolType: string,
        protocol: string,
        members: array(
          struct({
            memberId: string,
            clientId: string,
            clientHost: string,
            metadata: bytes,
            assignment: bytes,
          }),
        ),
      }),
    ),
  }),
})

export const listGroups = api({
  name: 'ListGroups',
  key: 16,
  min: 0,
  max: 2,
  request: struct({}),
  response: struct({
    throttleMs: since(1, int32, 0),
    errorCode: int16,
    groups: array(struct({ groupId: string, protocolType: string })),
  }),
})

export const deleteGroups = api({
  name: 'DeleteGroups',
  key: 42,
  min: 0,
  max: 1,
  request: struct({ groups: array(string) }),
  response: struct({ throttleMs: int32, groups: array(struct({ groupId: string, errorCode: int16 })) }),
})
