import { ConfigResourceTypes, type Kafka } from 'kafkajs'
import { expect, it } from 'vitest'
import { newTopic, withAdmin } from './subject.ts'

/** Topics as an administrator sees them. */
export function topicsContract(kafka: () => Kafka): void {
  it('tells who it is: one broker, which is the controller, and a cluster id', async () => {
    const cluster = await withAdmin(kafka(), admin => admin.describeCluster())
    expect(cluster.brokers).toHaveLength(1)
    expect(cluster.controller).toBe(cluster.brokers[0]?.nodeId)
    expect(cluster.clusterId).toMatch(/^[\w-]{22}$/)
  })

  it('makes a topic with as many partitions as asked, each led by the one broker', async () => {
    const topic = await newTopic(kafka(), { numPartitions: 3 })
    const found = await withAdmin(kafka(), admin => admin.fetchTopicMetadata({ topics: [topic] }))
    const partitions = found.topics[0]?.partitions ?? []
    expect(partitions.map(one => one.partitionId).sort()).toEqual([0, 1, 2])
    for (const one of partitions) expect([one.leader, one.replicas, one.isr]).toEqual([1, [1], [1]])
  })

  it('says that a topic exists instead of making it twice', async () => {
    const topic = await newTopic(kafka())
    await withAdmin(kafka(), async admin => {
      expect(await admin.createTopics({ topics: [{ topic }] })).toBe(false)
    })
  })

  it.each(['no spaces', '..', 'a/b', 'ü', 'x'.repeat(250)])('refuses the topic name %s', async topic => {
    await withAdmin(kafka(), async admin => {
      const made = admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] })
      await expect(made).rejects.toMatchObject({ errors: [{ type: 'INVALID_TOPIC_EXCEPTION' }] })
    })
  })

  it.each([
    ['0 partitions', { numPartitions: 0 }, 'INVALID_PARTITIONS'],
    ['three replicas on one broker', { replicationFactor: 3 }, 'INVALID_REPLICATION_FACTOR'],
    [
      'a setting that is not a number',
      { configEntries: [{ name: 'retention.ms', value: 'a day' }] },
      'INVALID_CONFIG',
    ],
    ['an unknown setting', { configEntries: [{ name: 'retention.moons', value: '1' }] }, 'INVALID_CONFIG'],
  ])('refuses a topic with %s', async (_, config, type) => {
    await withAdmin(kafka(), async admin => {
      const topic = { topic: 'never-made', numPartitions: 1, replicationFactor: 1, ...config }
      await expect(admin.createTopics({ topics: [topic] })).rejects.toMatchObject({ errors: [{ type }] })
      expect(await admin.listTopics()).not.toContain('never-made')
    })
  })

  it('only checks a topic when asked to validate', async () => {
    await withAdmin(kafka(), async admin => {
      const topics = [{ topic: 'only-checked', numPartitions: 1, replicationFactor: 1 }]
      expect(await admin.createTopics({ validateOnly: true, waitForLeaders: false, topics })).toBe(true)
      expect(await admin.listTopics()).not.toContain('only-checked')
    })
  })

  it('keeps the settings it was given, and replaces them', async () => {
    const topic = await newTopic(kafka(), { configEntries: [{ name: 'retention.ms', value: '3600000' }] })
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
    await withAdmin(kafka(), async admin => {
      const names = ['retention.ms', 'retention.bytes']
      const read = async () => {
        const { resources } = await admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ ...resource, configNames: names }],
        })
        const entries = resources[0]?.configEntries ?? []
        return Object.fromEntries(entries.map(entry => [entry.configName, entry.configValue]))
      }
      expect(await read()).toEqual({ 'retention.ms': '3600000', 'retention.bytes': '-1' })
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ ...resource, configEntries: [{ name: 'retention.bytes', value: '1000000' }] }],
      })
      await expect.poll(read).toEqual({ 'retention.ms': '604800000', 'retention.bytes': '1000000' })
    })
  })

  it('grows a topic, and refuses to shrink it', async () => {
    const topic = await newTopic(kafka(), { numPartitions: 2 })
    await withAdmin(kafka(), async admin => {
      await admin.createPartitions({ topicPartitions: [{ topic, count: 4 }] })
      const count = async () =>
        (await admin.fetchTopicMetadata({ topics: [topic] })).topics[0]?.partitions.length
      await expect.poll(count).toBe(4)
      await expect(admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })).rejects.toMatchObject({
        type: 'INVALID_PARTITIONS',
      })
    })
  })

  it('deletes a topic with all it held; one of the same name begins empty', async () => {
    const topic = await newTopic(kafka())
    await withAdmin(kafka(), async admin => {
      const producer = kafka().producer()
      await producer.connect()
      await producer.send({ topic, messages: [{ value: 'gone' }] })
      await producer.disconnect()
      await admin.deleteTopics({ topics: [topic] })
      await expect.poll(async () => await admin.listTopics()).not.toContain(topic)
      const made = () =>
        admin.createTopics({ topics: [{ topic, numPartitions: 1, replicationFactor: 1 }] }).catch(() => false)
      await expect.poll(made).toBe(true)
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: '0', high: '0' }])
    })
  })

  it('says that it does not know a topic that is to be deleted', async () => {
    const admin = kafka().admin({ retry: { retries: 0 } })
    await admin.connect()
    await expect(admin.deleteTopics({ topics: ['never-made'] })).rejects.toMatchObject({
      cause: { type: 'UNKNOWN_TOPIC_OR_PARTITION' },
    })
    await admin.disconnect()
  })

  it('deletes records up to an offset: the log then begins there', async () => {
    const topic = await newTopic(kafka())
    const producer = kafka().producer()
    await producer.connect()
    for (const value of ['a', 'b', 'c']) await producer.send({ topic, messages: [{ value }] })
    await producer.disconnect()
    await withAdmin(kafka(), async admin => {
      await admin.fetchTopicMetadata({ topics: [topic] })
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
      expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: '2', high: '3' }])
    })
  })
}
