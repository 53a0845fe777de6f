import { type Kafka } from 'kafkajs'
import { afterAll, beforeAll, describe } from 'vitest'
import { groupsContract } from './contract-groups.ts'
import { logContract } from './contract-log.ts'
import { protocolContract } from './contract-protocol.ts'
import { topicsContract } from './contract-topics.ts'
import { kafkaFor, type Subject } from './subject.ts'

/**
 * Registers all that wikiflow expects of a broker as tests. Every broker it is run against must behave the same; it is
 * started once, and has to allow what `groupSettings` says.
 */
export function brokerContract(start: () => Promise<Subject>): void {
  let subject: Subject
  let kafka: Kafka
  beforeAll(async () => {
    subject = await start()
    kafka = kafkaFor(subject.brokers)
  }, 300_000)
  afterAll(() => subject?.stop(), 60_000)

  describe('topics', () => topicsContract(() => kafka))
  describe('records', () => logContract(() => kafka))
  describe('the protocol', () =>
    protocolContract(
      () => subject,
      () => kafka,
    ))
  describe('groups', () =>
    groupsContract(
      () => subject,
      () => kafka,
    ))
}
