import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startApache } from './apache-subject.ts'
import { startEmbedded } from './embedded-subject.ts'
import { joinWithKcat, type KcatMember, kcat, requireKcat } from './kcat.ts'
import { kafkaFor, newTopic, type Subject } from './subject.ts'

const patience = { timeout: 30_000, interval: 100 }

describe.each([
  ['the embedded broker', startEmbedded],
  ['Apache Kafka', startApache],
])('kcat with %s', (_, start) => {
  let subject: Subject
  beforeAll(async () => {
    requireKcat()
    subject = await start()
  }, 300_000)
  afterAll(() => subject?.stop(), 60_000)
  const members: KcatMember[] = []
  afterEach(async () => {
    for (const member of members.splice(0)) await member.kill()
  })
  const join = (group: string, topic: string) => {
    const member = joinWithKcat(subject.brokers, group, topic)
    members.push(member)
    return member
  }
  const topicOf = (numPartitions: number) => newTopic(kafkaFor(subject.brokers), { numPartitions })
  const numbers = (count: number) => Array.from({ length: count }, (_, n) => `edit-${n}`)

  it('lists the broker and its topics', async () => {
    const topic = await topicOf(3)
    const listed = await kcat(['-b', subject.brokers, '-L'])
    expect(listed).toContain(`broker 1 at ${subject.brokers} (controller)`)
    expect(listed).toContain(`topic "${topic}" with 3 partitions`)
  })

  it.each([
    ['plain', []],
    ['gzip', ['-z', 'gzip']],
    ['snappy', ['-z', 'snappy']],
    ['lz4', ['-z', 'lz4']],
    ['zstd', ['-z', 'zstd']],
    ['idempotent', ['-X', 'enable.idempotence=true']],
  ])('writes and reads 5,000 records, %s', async (_name, how) => {
    const topic = await topicOf(1)
    const sent = numbers(5_000)
    await kcat(['-b', subject.brokers, '-t', topic, '-P', ...how], `${sent.join('\n')}\n`)
    const read = await kcat(['-b', subject.brokers, '-t', topic, '-C', '-e', '-q', '-f', '%s %o\n'])
    expect(read.trim().split('\n')).toEqual(sent.map((value, n) => `${value} ${n}`))
  })

  it('finds the offset of a time', async () => {
    const topic = await topicOf(1)
    const before = Date.now()
    await kcat(['-b', subject.brokers, '-t', topic, '-P'], 'one\ntwo\n')
    const asked = await kcat(['-b', subject.brokers, '-Q', '-t', `${topic}:0:${before}`])
    expect(asked).toContain('[0] offset 0')
  })

  it('joins a group, shares its partitions, and takes over those of a member that left or was killed', async () => {
    const topic = await topicOf(4)
    await kcat(['-b', subject.brokers, '-t', topic, '-P'], `${numbers(1_000).join('\n')}\n`)
    const one = join('kcat-group', topic)
    await expect.poll(() => one.values.length, patience).toBe(1_000)
    expect(one.values.toSorted()).toEqual(numbers(1_000).toSorted())
    const two = join('kcat-group', topic)
    const shared = () => [...one.assigned(), ...two.assigned()].toSorted()
    await expect.poll(() => [one.assigned().length, two.assigned().length], patience).toEqual([2, 2])
    expect(shared()).toEqual([0, 1, 2, 3])
    await one.leave()
    await expect.poll(() => two.assigned(), patience).toEqual([0, 1, 2, 3])
    const three = join('kcat-group', topic)
    await expect.poll(() => [two.assigned().length, three.assigned().length], patience).toEqual([2, 2])
    await two.kill()
    await expect.poll(() => three.assigned(), patience).toEqual([0, 1, 2, 3])
  }, 120_000)

  it('goes on after a restart where its group had committed', async () => {
    const topic = await topicOf(2)
    await kcat(['-b', subject.brokers, '-t', topic, '-P'], `${numbers(100).join('\n')}\n`)
    const first = join('kcat-restart', topic)
    await expect.poll(() => first.values.length, patience).toBe(100)
    await first.leave()
    await subject.restart()
    await kcat(['-b', subject.brokers, '-t', topic, '-P'], 'after\n')
    const second = join('kcat-restart', topic)
    await expect.poll(() => second.values, patience).toEqual(['after'])
  }, 300_000)
})
