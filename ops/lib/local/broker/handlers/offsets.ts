import { systemCode } from '../broker-error.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { type RequestOf } from '../protocol/api.ts'
import { errors } from '../protocol/errors.ts'
import { offsetCommit, offsetFetch } from '../protocol/offsets.ts'
import { type Context } from './context.ts'

/** The longest text beside an offset, in bytes (Kafka's `offset.metadata.max.bytes`). */
const maxMetadataBytes = 4_096

type CommitRequest = RequestOf<typeof offsetCommit>
type CommitPartition = CommitRequest['topics'][number]['partitions'][number]

/** Committing offsets for a group, and reading them. */
export function offsetsEndpoints({ coordinator, topics, log }: Context): Endpoint[] {
  function problemOf(topic: string, { index, metadata }: CommitPartition): number {
    if (!topics.get(topic)?.partitions[index]) return errors.unknownTopicOrPartition
    return Buffer.byteLength(metadata ?? '') > maxMetadataBytes ? errors.offsetMetadataTooLarge : errors.none
  }

  async function commit(request: CommitRequest): Promise<number> {
    const commits = request.topics.flatMap(({ name, partitions }) =>
      partitions
        .filter(partition => problemOf(name, partition) === errors.none)
        .map(({ index, offset, metadata }) => ({
          topic: name,
          partition: index,
          offset,
          metadata: metadata ?? '',
        })),
    )
    try {
      return await coordinator.commit(request.groupId, request, commits)
    } catch (error) {
      log.error(`offsets of group ${request.groupId} could not be written: ${systemCode(error)}`)
      return errors.coordinatorNotAvailable
    }
  }

  return [
    endpoint(offsetCommit, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        topics: request.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ index }) => ({ index, errorCode })),
        })),
      }),
      handle: async request => {
        const code = await commit(request)
        const answers = request.topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(partition => ({
            index: partition.index,
            errorCode: code === errors.none ? problemOf(name, partition) : code,
          })),
        }))
        return { throttleMs: 0, topics: answers }
      },
    }),
    endpoint(offsetFetch, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        errorCode,
        topics: (request.topics ?? []).map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(index => ({ index, offset: -1, metadata: '', errorCode })),
        })),
      }),
      handle: request => {
        const committed = coordinator.offsets.of(request.groupId)
        const asked =
          request.topics ??
          [...committed].map(([name, partitions]) => ({ name, partitions: [...partitions.keys()] }))
        const answers = asked.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(index => {
            const { offset, metadata } = committed.get(name)?.get(index) ?? { offset: -1, metadata: '' }
            return { index, offset, metadata, errorCode: errors.none }
          }),
        }))
        return { throttleMs: 0, topics: answers, errorCode: errors.none }
      },
    }),
  ]
}
