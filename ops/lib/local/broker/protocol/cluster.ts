import {
  array,
  bool,
  int16,
  int32,
  nullableArray,
  nullableString,
  since,
  string,
  struct,
} from '../wire/codec.ts'
import { api } from './api.ts'

export const apiVersions = api({
  name: 'ApiVersions',
  key: 18,
  min: 0,
  max: 2,
  request: struct({}),
  response: struct({
    errorCode: int16,
    apis: array(struct({ key: int16, min: int16, max: int16 })),
    throttleMs: since(1, int32, 0),
  }),
})

export const metadata = api({
  name: 'Metadata',
  key: 3,
  min: 0,
  max: 6,
  request: struct({
    topics: nullableArray(struct({ name: string })),
    allowAutoTopicCreation: since(4, bool, true),
  }),
  response: struct({
    throttleMs: since(3, int32, 0),
    brokers: array(
      struct({ nodeId: int32, host: string, port: int32, rack: since(1, nullableString, null) }),
    ),
    clusterId: since(2, nullableString, null),
    controllerId: since(1, int32, -1),
    topics: array(
      struct({
        errorCode: int16,
        name: string,
        isInternal: since(1, bool, false),
        partitions: array(
          struct({
            errorCode: int16,
            index: int32,
            leaderId: int32,
            replicas: array(int32),
            inSync: array(int32),
            offline: since(5, array(int32), []),
          }),
        ),
      }),
    ),
  }),
})
