import { type Endpoint, endpoint } from '../endpoint.ts'
import { errors } from '../protocol/errors.ts'
import { deleteRecords, listOffsets } from '../protocol/fetch.ts'
import { type Context, codeOf } from './context.ts'

/** Times that mean an end of the log. */
const latest = -1
const earliest = -2

/** Where a log begins and ends, what stands there at a time, and moving its start. */
export function listOffsetsEndpoints(context: Context): Endpoint[] {
  async function lookUp(topic: string, index: number, timeMs: number) {
    const log = context.topics.partition(topic, index)
    if (timeMs === latest) return { timestampMs: -1, offset: log.endOffset }
    if (timeMs === earliest) return { timestampMs: -1, offset: log.startOffset }
    return (await log.firstAt(timeMs)) ?? { timestampMs: -1, offset: -1 }
  }

  return [
    endpoint(listOffsets, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        topics: request.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ index }) => ({ index, errorCode, timestampMs: -1, offset: -1 })),
        })),
      }),
      handle: async request => {
        const one = async (topic: string, index: number, timeMs: number) => {
          try {
            return { index, errorCode: errors.none, ...(await lookUp(topic, index, timeMs)) }
          } catch (error) {
            return { index, errorCode: codeOf(error, context.log), timestampMs: -1, offset: -1 }
          }
        }
        const topics = request.topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(
            partitions.map(({ index, timestampMs }) => one(name, index, timestampMs)),
          ),
        }))
        return { throttleMs: 0, topics: await Promise.all(topics) }
      },
    }),
    endpoint(deleteRecords, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        topics: request.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ index }) => ({ index, lowWatermark: -1, errorCode })),
        })),
      }),
      handle: async request => {
        const one = async (topic: string, index: number, offset: number) => {
          try {
            const lowWatermark = await context.topics.partition(topic, index).deleteBefore(offset)
            return { index, lowWatermark, errorCode: errors.none }
          } catch (error) {
            return { index, lowWatermark: -1, errorCode: codeOf(error, context.log) }
          }
        }
        const topics = request.topics.map(async ({ name, partitions }) => ({
          name,
          partitions: await Promise.all(partitions.map(({ index, offset }) => one(name, index, offset))),
        }))
        return { throttleMs: 0, topics: await Promise.all(topics) }
      },
    }),
  ]
}
