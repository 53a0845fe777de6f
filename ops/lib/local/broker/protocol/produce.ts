import {
  array,
  int16,
  int32,
  int64,
  nullableBytes,
  nullableString,
  since,
  string,
  struct,
} from '../wire/codec.ts'
import { api } from './api.ts'

/** Versions 0 to 2 carry message sets of the old formats: they can be read, and are answered with an error. */
export const produce = api({
  name: 'Produce',
  key: 0,
  min: 0,
  max: 7,
  request: struct({
    transactionalId: since(3, nullableString, null),
    acks: int16,
    timeoutMs: int32,
    topics: array(
      struct({ name: string, partitions: array(struct({ index: int32, records: nullableBytes })) }),
    ),
  }),
  response: struct({
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            logAppendTimeMs: since(2, int64, -1),
            logStartOffset: since(5, int64, -1),
          }),
        ),
      }),
    ),
    throttleMs: since(1, int32, 0),
  }),
})

export const initProducerId = api({
  name: 'InitProducerId',
  key: 22,
  min: 0,
  max: 1,
  request: struct({ transactionalId: nullableString, transactionTimeoutMs: int32 }),
  response: struct({ throttleMs: int32, errorCode: int16, producerId: int64, producerEpoch: int16 }),
})
