import { type Endpoint, endpoint } from '../endpoint.ts'
import { type RequestOf } from '../protocol/api.ts'
import { errors, ProtocolError } from '../protocol/errors.ts'
import { createPartitions, createTopics, deleteTopics } from '../protocol/topics.ts'
import { configProblem } from '../topics/config.ts'
import { isTopicName } from '../topics/name.ts'
import { type Context, codeOf, nodeId } from './context.ts'

/** More partitions than this for a topic are refused: each is a folder with an open file. */
const maxPartitions = 1_000

type NewTopic = RequestOf<typeof createTopics>['topics'][number]

/** What a new topic would be. @throws ProtocolError for what can't be made. */
function checkNewTopic(asked: NewTopic): { partitions: number; overrides: Record<string, string> } {
  const fail = (code: number, message: string): never => {
    throw new ProtocolError(code, message)
  }
  if (!isTopicName(asked.name)) {
    fail(
      errors.invalidTopic,
      `Topic name '${asked.name}' is invalid: 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-'`,
    )
  }
  const assigned = asked.assignments.length > 0
  if (assigned && asked.assignments.some(({ brokers }) => brokers.length !== 1 || brokers[0] !== nodeId)) {
    fail(errors.invalidReplicaAssignment, `There is one broker, ${nodeId}, for every partition.`)
  }
  const partitions = assigned ? asked.assignments.length : asked.partitions === -1 ? 1 : asked.partitions
  if (partitions < 1 || partitions > maxPartitions) {
    fail(errors.invalidPartitions, `${partitions} partitions: from 1 to ${maxPartitions} are allowed.`)
  }
  if (asked.replicationFactor !== -1 && asked.replicationFactor !== 1 && !assigned) {
    fail(
      errors.invalidReplicationFactor,
      `Replication factor ${asked.replicationFactor}: there is one broker, so it must be 1.`,
    )
  }
  const overrides: Record<string, string> = {}
  for (const { name, value } of asked.configs) {
    const problem = configProblem(name, value)
    if (problem || value === null) fail(errors.invalidConfig, problem ?? `${name} has no value`)
    else overrides[name] = value
  }
  return { partitions, overrides }
}

/** Making, growing and deleting topics. */
export function topicsEndpoints(context: Context): Endpoint[] {
  const { topics } = context
  const outcome = async (name: string, work: () => Promise<void>) => {
    try {
      await work()
      return { name, errorCode: errors.none, errorMessage: null }
    } catch (error) {
      const errorMessage = error instanceof ProtocolError ? error.message : null
      return { name, errorCode: codeOf(error, context.log), errorMessage }
    }
  }

  return [
    endpoint(createTopics, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        topics: request.topics.map(({ name }) => ({ name, errorCode, errorMessage: null })),
      }),
      handle: async request => {
        const create = (asked: NewTopic) =>
          outcome(asked.name, async () => {
            if (request.topics.some(other => other !== asked && other.name === asked.name)) {
              throw new ProtocolError(errors.invalidRequest, `Topic '${asked.name}' is named twice.`)
            }
            const { partitions, overrides } = checkNewTopic(asked)
            if (topics.get(asked.name)) {
              throw new ProtocolError(errors.topicAlreadyExists, `Topic '${asked.name}' already exists.`)
            }
            if (!request.validateOnly) await topics.create(asked.name, partitions, overrides)
          })
        return { throttleMs: 0, topics: await Promise.all(request.topics.map(create)) }
      },
    }),
    endpoint(deleteTopics, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        topics: request.topics.map(name => ({ name, errorCode })),
      }),
      handle: async request => ({
        throttleMs: 0,
        topics: await Promise.all(
          request.topics.map(name =>
            outcome(name, async () => {
              await topics.delete(name)
              await context.coordinator.offsets.deleteTopic(name)
            }),
          ),
        ),
      }),
    }),
    endpoint(createPartitions, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        topics: request.topics.map(({ name }) => ({ name, errorCode, errorMessage: null })),
      }),
      handle: async request => {
        const grow = (asked: (typeof request)['topics'][number]) =>
          outcome(asked.name, async () => {
            if (asked.count > maxPartitions) {
              throw new ProtocolError(
                errors.invalidPartitions,
                `At most ${maxPartitions} partitions are allowed.`,
              )
            }
            if (!request.validateOnly) await topics.grow(asked.name, asked.count)
          })
        return { throttleMs: 0, topics: await Promise.all(request.topics.map(grow)) }
      },
    }),
  ]
}
