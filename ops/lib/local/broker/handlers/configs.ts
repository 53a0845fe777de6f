import { type Endpoint, endpoint } from '../endpoint.ts'
import { errors, ProtocolError } from '../protocol/errors.ts'
import { alterConfigs, describeConfigs } from '../protocol/topics.ts'
import { configProblem, configValue, settingNames } from '../topics/config.ts'
import { type Topic } from '../topics/topics.ts'
import { type Context, codeOf } from './context.ts'

/** Resource type of a topic; the others (a broker, its loggers) have no settings here. */
const topicResource = 2
/** Where a value comes from: set on the topic, or the standard one. */
const source = { topic: 1, standard: 5 } as const

type Resource = { type: number; name: string }

/** Reading and replacing the settings of topics. */
export function configsEndpoints(context: Context): Endpoint[] {
  function topicOf({ type, name }: Resource): Topic {
    if (type !== topicResource) {
      throw new ProtocolError(errors.invalidRequest, 'This broker has settings for topics alone.')
    }
    const topic = context.topics.get(name)
    if (topic) return topic
    throw new ProtocolError(errors.unknownTopicOrPartition, `Topic '${name}' does not exist.`)
  }
  const failure = ({ type, name }: Resource, error: unknown) => ({
    errorCode: codeOf(error, context.log),
    errorMessage: error instanceof Error ? error.message : null,
    type,
    name,
  })
  const refusal = ({ type, name }: Resource, errorCode: number) => ({
    errorCode,
    errorMessage: null,
    type,
    name,
  })

  return [
    endpoint(describeConfigs, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        resources: request.resources.map(resource => ({ ...refusal(resource, errorCode), configs: [] })),
      }),
      handle: request => {
        const describe = (topic: Topic, name: (typeof settingNames)[number]) => {
          const value = configValue(name, topic.overrides)
          const set = Object.hasOwn(topic.overrides, name)
          const from = set ? source.topic : source.standard
          const synonyms = request.includeSynonyms ? [{ name, value, source: from }] : []
          return { name, value, readOnly: false, isDefault: !set, source: from, isSensitive: false, synonyms }
        }
        const resources = request.resources.map(resource => {
          try {
            const topic = topicOf(resource)
            const asked = resource.configNames
            const names = settingNames.filter(name => !asked || asked.includes(name))
            const configs = names.map(name => describe(topic, name))
            return { ...refusal(resource, errors.none), configs }
          } catch (error) {
            return { ...failure(resource, error), configs: [] }
          }
        })
        return { throttleMs: 0, resources }
      },
    }),
    endpoint(alterConfigs, {
      refuse: (request, errorCode) => ({
        throttleMs: 0,
        resources: request.resources.map(resource => refusal(resource, errorCode)),
      }),
      handle: async request => {
        const alter = async (resource: (typeof request)['resources'][number]) => {
          try {
            const topic = topicOf(resource)
            const overrides: Record<string, string> = {}
            for (const { name, value } of resource.configs) {
              const problem = configProblem(name, value)
              if (problem) throw new ProtocolError(errors.invalidConfig, problem)
              overrides[name] = value ?? ''
            }
            if (!request.validateOnly) await context.topics.configure(topic.name, overrides)
            return refusal(resource, errors.none)
          } catch (error) {
            return failure(resource, error)
          }
        }
        return { throttleMs: 0, resources: await Promise.all(request.resources.map(alter)) }
      },
    }),
  ]
}
