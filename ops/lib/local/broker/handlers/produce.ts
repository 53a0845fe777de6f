import { type Endpoint, endpoint } from '../endpoint.ts'
import { type RequestOf, type ResponseOf } from '../protocol/api.ts'
import { errors, ProtocolError } from '../protocol/errors.ts'
import { initProducerId, produce } from '../protocol/produce.ts'
import { type Context, codeOf } from './context.ts'

type Response = ResponseOf<typeof produce>
type Partition = Response['topics'][number]['partitions'][number]

/** The acks a producer may ask for. With one replica, 1 and all (-1) are the same: on disk. */
const allowedAcks = new Set([-1, 0, 1])

const refusal = (index: number, errorCode: number): Partition => ({
  index,
  errorCode,
  baseOffset: -1,
  logAppendTimeMs: -1,
  logStartOffset: -1,
})

function refuse(request: RequestOf<typeof produce>, errorCode: number): Response {
  const topics = request.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index }) => refusal(index, errorCode)),
  }))
  return { topics, throttleMs: 0 }
}

/** Appending records, and the ids by which a producer's repeated batches are told. */
export function produceEndpoints(context: Context): Endpoint[] {
  async function append(topic: string, index: number, records: Buffer | null): Promise<Partition> {
    try {
      const log = context.topics.partition(topic, index)
      const { baseOffset, appendTimeMs } = await log.append(records ?? Buffer.alloc(0))
      return {
        index,
        errorCode: errors.none,
        baseOffset,
        logAppendTimeMs: appendTimeMs,
        logStartOffset: log.startOffset,
      }
    } catch (error) {
      if (error instanceof ProtocolError && error.code === errors.storageError)
        context.log.error(error.message)
      return refusal(index, codeOf(error, context.log))
    }
  }

  return [
    endpoint(produce, {
      refuse,
      handle: async (request, call) => {
        if (call.version < 3) return refuse(request, errors.unsupportedVersion)
        if (!allowedAcks.has(request.acks)) return refuse(request, errors.invalidRequiredAcks)
        if (request.transactionalId !== null)
          return refuse(request, errors.transactionalIdAuthorizationFailed)
        const topics = request.topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(partitions.map(({ index, records }) => append(name, index, records))),
        }))
        const response = { topics: await Promise.all(topics), throttleMs: 0 }
        return request.acks === 0 ? undefined : response
      },
    }),
    endpoint(initProducerId, {
      refuse: (_, errorCode) => ({ throttleMs: 0, errorCode, producerId: -1, producerEpoch: -1 }),
      handle: async ({ transactionalId }) => {
        const refused = { throttleMs: 0, producerId: -1, producerEpoch: -1 }
        if (transactionalId !== null)
          return { ...refused, errorCode: errors.transactionalIdAuthorizationFailed }
        try {
          const producerId = await context.nextProducerId()
          return { throttleMs: 0, errorCode: errors.none, producerId, producerEpoch: 0 }
        } catch {
          return { ...refused, errorCode: errors.coordinatorNotAvailable }
        }
      },
    }),
  ]
}
