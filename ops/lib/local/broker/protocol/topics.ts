import {
  array,
  bool,
  int8,
  int16,
  int32,
  nullableArray,
  nullableString,
  since,
  string,
  struct,
  versions,
} from '../wire/codec.ts'
import { api } from './api.ts'

const configs = array(struct({ name: string, value: nullableString }))

export const createTopics = api({
  name: 'CreateTopics',
  key: 19,
  min: 0,
  max: 3,
  request: struct({
    topics: array(
      struct({
        name: string,
        partitions: int32,
        replicationFactor: int16,
        assignments: array(struct({ index: int32, brokers: array(int32) })),
        configs,
      }),
    ),
    timeoutMs: int32,
    validateOnly: since(1, bool, false),
  }),
  response: struct({
    throttleMs: since(2, int32, 0),
    topics: array(struct({ name: string, errorCode: int16, errorMessage: since(1, nullableString, null) })),
  }),
})

export const deleteTopics = api({
  name: 'DeleteTopics',
  key: 20,
  min: 0,
  max: 1,
  request: struct({ topics: array(string), timeoutMs: int32 }),
  response: struct({
    throttleMs: since(1, int32, 0),
    topics: array(struct({ name: string, errorCode: int16 })),
  }),
})

export const createPartitions = api({
  name: 'CreatePartitions',
  key: 37,
  min: 0,
  max: 1,
  request: struct({
    topics: array(struct({ name: string, count: int32, assignments: nullableArray(nullableArray(int32)) })),
    timeoutMs: int32,
    validateOnly: bool,
  }),
  response: struct({
    throttleMs: int32,
    topics: array(struct({ name: string, errorCode: int16, errorMessage: nullableString })),
  }),
})

export const describeConfigs = api({
  name: 'DescribeConfigs',
  key: 32,
  min: 0,
  max: 2,
  request: struct({
    resources: array(struct({ type: int8, name: string, configNames: nullableArray(string) })),
    includeSynonyms: since(1, bool, false),
  }),
  response: struct({
    throttleMs: int32,
    resources: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        type: int8,
        name: string,
        configs: array(
          struct({
            name: string,
            value: nullableString,
            readOnly: bool,
            isDefault: versions(0, 0, bool, false),
            source: since(1, int8, -1),
            isSensitive: bool,
            synonyms: since(1, array(struct({ name: string, value: nullableString, source: int8 })), []),
          }),
        ),
      }),
    ),
  }),
})

export const alterConfigs = api({
  name: 'AlterConfigs',
  key: 33,
  min: 0,
  max: 1,
  request: struct({
    resources: array(struct({ type: int8, name: string, configs })),
    validateOnly: bool,
  }),
  response: struct({
    throttleMs: int32,
    resources: array(struct({ errorCode: int16, errorMessage: nullableString, type: int8, name: string })),
  }),
})
