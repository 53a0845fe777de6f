import { type Endpoint, endpoint } from '../endpoint.ts'
import { type RequestOf, type ResponseOf } from '../protocol/api.ts'
import { metadata } from '../protocol/cluster.ts'
import { errors } from '../protocol/errors.ts'
import { isTopicName } from '../topics/name.ts'
import { type Topic } from '../topics/topics.ts'
import { type Context, codeOf, nodeId } from './context.ts'

type Request = RequestOf<typeof metadata>
type Response = ResponseOf<typeof metadata>

const missing = (name: string, errorCode: number): Response['topics'][number] => ({
  errorCode,
  name,
  isInternal: false,
  partitions: [],
})

const described = (topic: Topic): Response['topics'][number] => ({
  errorCode: errors.none,
  name: topic.name,
  isInternal: false,
  partitions: topic.partitions.map((_, index) => ({
    errorCode: errors.none,
    index,
    leaderId: nodeId,
    replicas: [nodeId],
    inSync: [nodeId],
    offline: [],
  })),
})

/** Who the brokers are (this one), and which topics there are. */
export function metadataEndpoint(context: Context): Endpoint {
  async function find(name: string, mayCreate: boolean): Promise<Response['topics'][number]> {
    if (!isTopicName(name)) return missing(name, errors.invalidTopic)
    try {
      if (!context.topics.get(name) && mayCreate) await context.topics.create(name, 1, {})
    } catch (error) {
      const code = codeOf(error, context.log)
      if (code !== errors.topicAlreadyExists) return missing(name, code)
    }
    const topic = context.topics.get(name)
    return topic ? described(topic) : missing(name, errors.unknownTopicOrPartition)
  }

  const cluster = () => ({
    throttleMs: 0,
    brokers: [{ nodeId, ...context.advertised(), rack: null }],
    clusterId: context.clusterId,
    controllerId: nodeId,
  })

  return endpoint(metadata, {
    refuse: (request: Request, errorCode) => ({
      ...cluster(),
      topics: (request.topics ?? context.topics.list()).map(({ name }) => missing(name, errorCode)),
    }),
    handle: async (request, call) => {
      // In version 0 an empty list asks for all topics, later ones say null.
      const all = request.topics === null || (call.version === 0 && request.topics.length === 0)
      const mayCreate = context.autoCreateTopics && request.allowAutoTopicCreation
      const topics = all
        ? context.topics.list().map(described)
        : await Promise.all((request.topics ?? []).map(({ name }) => find(name, mayCreate)))
      return { ...cluster(), topics }
    },
  })
}
