import {
  array,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  since,
  string,
  struct,
  versions,
} from '../wire/codec.ts'
import { api } from './api.ts'

export const offsetCommit = api({
  name: 'OffsetCommit',
  key: 8,
  min: 1,
  max: 5,
  request: struct({
    groupId: string,
    generation: int32,
    memberId: string,
    retentionMs: versions(2, 4, int64, -1),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            offset: int64,
            timestampMs: versions(1, 1, int64, -1),
            metadata: nullableString,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleMs: since(3, int32, 0),
    topics: array(struct({ name: string, partitions: array(struct({ index: int32, errorCode: int16 })) })),
  }),
})

/** No topics (null, from version 2 on) asks for all that the group has committed. */
export const offsetFetch = api({
  name: 'OffsetFetch',
  key: 9,
  min: 1,
  max: 4,
  request: struct({
    groupId: string,
    topics: nullableArray(struct({ name: string, partitions: array(int32) })),
  }),
  response: struct({
    throttleMs: since(3, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ index: int32, offset: int64, metadata: nullableString, errorCode: int16 }),
        ),
      }),
    ),
    errorCode: since(2, int16, 0),
  }),
})
