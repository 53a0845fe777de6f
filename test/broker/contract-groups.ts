import { randomUUID } from 'node:crypto'
import { AssignerProtocol, type Consumer, type Kafka } from 'kafkajs'
import { afterEach, expect, it } from 'vitest'
import { errors } from '../../ops/lib/local/broker/protocol/errors.ts'
import { joinGroup, syncGroup } from '../../ops/lib/local/broker/protocol/groups.ts'
import { offsetCommit, offsetFetch } from '../../ops/lib/local/broker/protocol/offsets.ts'
import { connectRaw, type RawClient } from './raw-client.ts'
import { newTopic, type Subject, send, withAdmin } from './subject.ts'

/** Consumer groups: who has which partitions, and what stays committed. */
export function groupsContract(subject: () => Subject, kafka: () => Kafka): void {
  const ends: (() => Promise<void> | void)[] = []
  afterEach(async () => {
    for (const end of ends.splice(0)) await end()
  })

  /** A kafkajs member; `has` are the partitions it was last assigned. */
  async function member(groupId: string, topic: string) {
    const consumer: Consumer = kafka().consumer({
      groupId,
      sessionTimeout: 1_500,
      heartbeatInterval: 200,
      rebalanceTimeout: 5_000,
      maxWaitTimeInMs: 100,
    })
    ends.push(() => consumer.disconnect())
    const state = { has: [] as readonly number[], generation: -1, memberId: '' }
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      state.has = payload.memberAssignment[topic] ?? []
      state.memberId = payload.memberId
    })
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({ autoCommit: false, eachBatch: async () => {} })
    return { consumer, state }
  }

  /** A member made by hand, which joins once and then says nothing more. */
  async function silentMember(groupId: string, topic: string, sessionTimeoutMs: number): Promise<RawClient> {
    const client = await connectRaw(subject().brokers)
    ends.push(() => client.close())
    const metadata = AssignerProtocol.MemberMetadata.encode({
      version: 1,
      topics: [topic],
      userData: Buffer.alloc(0),
    })
    const request = {
      groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs: 5_000,
      memberId: '',
      groupInstanceId: null,
      protocolType: 'consumer',
      protocols: [{ name: 'RoundRobinAssigner', metadata }],
    }
    const told = await client.send(joinGroup, 5, request)
    expect(told.errorCode).toBe(errors.memberIdRequired)
    const joined = await client.send(joinGroup, 5, { ...request, memberId: told.memberId })
    const { generation, memberId } = joined
    expect(joined.errorCode).toBe(errors.none)
    const synced = await client.send(syncGroup, 3, {
      ...{ groupId, generation, memberId, groupInstanceId: null },
      assignments: [],
    })
    expect(synced.errorCode).toBe(errors.none)
    return client
  }

  const patience = { timeout: 15_000, interval: 50 }

  it('splits the partitions between two members; when one leaves, the other has all', async () => {
    const topic = await newTopic(kafka(), { numPartitions: 4 })
    const groupId = `group-${randomUUID()}`
    const one = await member(groupId, topic)
    await expect.poll(() => [...one.state.has].sort(), patience).toEqual([0, 1, 2, 3])
    const two = await member(groupId, topic)
    const held = () => [
      one.state.has.length,
      two.state.has.length,
      ...[...one.state.has, ...two.state.has].sort(),
    ]
    await expect.poll(held, patience).toEqual([2, 2, 0, 1, 2, 3])
    await one.consumer.disconnect()
    await expect.poll(() => [...two.state.has].sort(), patience).toEqual([0, 1, 2, 3])
  })

  it('gives the partitions of a member that is heard of no more to the others', async () => {
    const topic = await newTopic(kafka(), { numPartitions: 4 })
    const groupId = `group-${randomUUID()}`
    const one = await member(groupId, topic)
    await expect.poll(() => one.state.has.length, patience).toBe(4)
    await silentMember(groupId, topic, 1_000)
    await expect.poll(() => one.state.has.length, patience).toBe(2)
    await expect.poll(() => one.state.has.length, patience).toBe(4)
  })

  it('tells what a group is: its state, its members, what they are assigned', async () => {
    const topic = await newTopic(kafka(), { numPartitions: 2 })
    const groupId = `group-${randomUUID()}`
    const one = await member(groupId, topic)
    await expect.poll(() => one.state.has.length, patience).toBe(2)
    await withAdmin(kafka(), async admin => {
      const describe = async () => (await admin.describeGroups([groupId])).groups[0]
      await expect.poll(async () => (await describe())?.state, patience).toBe('Stable')
      const group = await describe()
      expect(group).toMatchObject({ protocolType: 'consumer', protocol: 'RoundRobinAssigner' })
      expect(group?.members).toHaveLength(1)
      const assigned =
        group?.members[0] && AssignerProtocol.MemberAssignment.decode(group.members[0].memberAssignment)
      expect(assigned?.assignment[topic]?.toSorted()).toEqual([0, 1])
      expect((await admin.listGroups()).groups).toContainEqual({ groupId, protocolType: 'consumer' })
      await expect(admin.deleteGroups([groupId])).rejects.toMatchObject({
        groups: [{ error: { type: 'NON_EMPTY_GROUP' } }],
      })
      await one.consumer.disconnect()
      await expect.poll(async () => (await describe())?.state, patience).toBe('Empty')
      await admin.deleteGroups([groupId])
      await expect.poll(async () => (await describe())?.state, patience).toBe('Dead')
    })
  })

  it('refuses commits of a generation that is over, of strangers, and of nobody in a group with members', async () => {
    const topic = await newTopic(kafka(), { numPartitions: 1 })
    const groupId = `group-${randomUUID()}`
    const one = await member(groupId, topic)
    await expect.poll(() => one.state.has.length, patience).toBe(1)
    const client = await connectRaw(subject().brokers)
    ends.push(() => client.close())
    const commit = async (generation: number, memberId: string) => {
      const partitions = [{ index: 0, offset: 7, timestampMs: -1, metadata: null }]
      const request = {
        groupId,
        generation,
        memberId,
        retentionMs: -1,
        topics: [{ name: topic, partitions }],
      }
      const answer = await client.send(offsetCommit, 5, request)
      return answer.topics[0]?.partitions[0]?.errorCode
    }
    expect(await commit(99, one.state.memberId)).toBe(errors.illegalGeneration)
    expect(await commit(1, 'stranger')).toBe(errors.unknownMemberId)
    expect(await commit(-1, '')).toBe(errors.unknownMemberId)
    await withAdmin(kafka(), async admin => {
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] })
      expect(committed?.partitions).toMatchObject([{ partition: 0, offset: '-1' }])
    })
  })

  it('keeps committed offsets and their text over a restart, and a new member goes on there', async () => {
    const topic = await newTopic(kafka(), { numPartitions: 2 })
    await send(kafka(), { topic, messages: ['a', 'b', 'c'].map(value => ({ value, partition: 1 })) })
    const groupId = `group-${randomUUID()}`
    const before = await connectRaw(subject().brokers)
    const committed = await before.send(offsetCommit, 5, {
      ...{ groupId, generation: -1, memberId: '', retentionMs: -1 },
      topics: [{ name: topic, partitions: [{ index: 1, offset: 2, timestampMs: -1, metadata: 'two' }] }],
    })
    expect(committed.topics[0]?.partitions).toEqual([{ index: 1, errorCode: errors.none }])
    before.close()
    await subject().restart()
    const after = await connectRaw(subject().brokers)
    ends.push(() => after.close())
    const kept = async () => {
      const found = await after.send(offsetFetch, 4, {
        groupId,
        topics: [{ name: topic, partitions: [0, 1] }],
      })
      return found.topics[0]?.partitions.map(({ offset, metadata }) => ({ offset, metadata }))
    }
    await expect.poll(kept, patience).toEqual([
      { offset: -1, metadata: '' },
      { offset: 2, metadata: 'two' },
    ])
    const consumer = kafka().consumer({ groupId, maxWaitTimeInMs: 100, sessionTimeout: 6_000 })
    ends.push(() => consumer.disconnect())
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    const first = await new Promise<string | undefined>(resolve => {
      void consumer.run({ eachMessage: async ({ message }) => resolve(message.value?.toString()) })
    })
    expect(first).toBe('c')
  }, 300_000)
}
