import {
  array,
  int8,
  int16,
  int32,
  int64,
  nullableArray,
  nullableBytes,
  since,
  string,
  struct,
} from '../wire/codec.ts'
import { api } from './api.ts'

/** From version 4 on batches of format 2 may be answered; lower versions would need them to be converted. */
export const fetch = api({
  name: 'Fetch',
  key: 1,
  min: 4,
  max: 11,
  request: struct({
    replicaId: int32,
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32,
    isolationLevel: int8,
    sessionId: since(7, int32, 0),
    sessionEpoch: since(7, int32, -1),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            leaderEpoch: since(9, int32, -1),
            offset: int64,
            logStartOffset: since(5, int64, -1),
            maxBytes: int32,
          }),
        ),
      }),
    ),
    forgotten: since(7, array(struct({ name: string, partitions: array(int32) })), []),
    rackId: since(11, string, ''),
  }),
  response: struct({
    throttleMs: int32,
    errorCode: since(7, int16, 0),
    sessionId: since(7, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: int64,
            logStartOffset: since(5, int64, -1),
            aborted: nullableArray(struct({ producerId: int64, firstOffset: int64 })),
            preferredReplica: since(11, int32, -1),
            records: nullableBytes,
          }),
        ),
      }),
    ),
  }),
})

export const listOffsets = api({
  name: 'ListOffsets',
  key: 2,
  min: 1,
  max: 3,
  request: struct({
    replicaId: int32,
    isolationLevel: since(2, int8, 0),
    topics: array(struct({ name: string, partitions: array(struct({ index: int32, timestampMs: int64 })) })),
  }),
  response: struct({
    throttleMs: since(2, int32, 0),
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ index: int32, errorCode: int16, timestampMs: int64, offset: int64 })),
      }),
    ),
  }),
})

export const deleteRecords = api({
  name: 'DeleteRecords',
  key: 21,
  min: 0,
  max: 1,
  request: struct({
    topics: array(struct({ name: string, partitions: array(struct({ index: int32, offset: int64 })) })),
    timeoutMs: int32,
  }),
  response: struct({
    throttleMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ index: int32, lowWatermark: int64, errorCode: int16 })),
      }),
    ),
  }),
})
