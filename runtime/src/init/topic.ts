// Node can't see this export's name in kafkajs's CommonJS.
import kafkajs, { type Admin, type Kafka } from 'kafkajs'
import pRetry from 'p-retry'
import { topic } from '../contract.ts'
import { type Config } from '../platform/config.ts'

/** Settings of the topic. */
export const topicSettings = ['TOPIC_RETENTION_MS', 'TOPIC_RETENTION_BYTES'] as const

/** A new topic has its leaders within a few seconds, on three brokers too. */
const leaderRetry = { retries: 20, minTimeout: 100, maxTimeout: 2_000 }

/**
 * Makes the topic where it is missing, and brings its retention to what is configured.
 * @throws Error when it stands with another number of partitions: keys would move, offsets lose their meaning.
 */
export async function ensureTopic(
  kafka: Kafka,
  config: Config<(typeof topicSettings)[number]>,
): Promise<'created' | 'changed' | 'same'> {
  const wanted = new Map([
    ['cleanup.policy', 'delete'],
    ['retention.ms', String(config.TOPIC_RETENTION_MS)],
    ['retention.bytes', String(config.TOPIC_RETENTION_BYTES)],
  ])
  const configEntries = [...wanted].map(([name, value]) => ({ name, value }))
  const admin = kafka.admin()
  await admin.connect()
  try {
    const created = await admin.createTopics({
      // kafkajs would wait by asking for metadata, and give up on a topic whose making is still spreading.
      waitForLeaders: false,
      topics: [{ topic: topic.name, numPartitions: topic.partitions, replicationFactor: -1, configEntries }],
    })
    const partitions = await pRetry(() => countLedPartitions(admin), leaderRetry)
    if (created) return 'created'
    if (partitions !== topic.partitions) {
      throw new Error(
        `topic ${topic.name} stands with ${partitions} partitions, not ${topic.partitions}: delete it, or name another cluster in KAFKA_BROKERS`,
      )
    }
    const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: topic.name }
    const described = await admin.describeConfigs({
      resources: [{ ...resource, configNames: [...wanted.keys()] }],
      includeSynonyms: false,
    })
    const current = described.resources[0]?.configEntries ?? []
    if (current.every(entry => (wanted.get(entry.configName) ?? entry.configValue) === entry.configValue)) {
      return 'same'
    }
    await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] })
    return 'changed'
  } finally {
    await admin.disconnect()
  }
}

async function countLedPartitions(admin: Admin): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic.name] })
  const partitions = topics[0]?.partitions ?? []
  if (partitions.length === 0 || partitions.some(partition => partition.leader < 0)) {
    throw new Error(`topic ${topic.name} has partitions without a leader`)
  }
  return partitions.length
}
