import { type Kafka } from 'kafkajs'
import { expect, test } from 'vitest'
import { explainFailures, inWords } from './kafka-trouble.ts'

const refused = 'SASL SCRAM SHA512 authentication failed: invalid credentials'

test.each([
  [
    refused,
    { KAFKA_SASL_MECHANISM: 'scram-sha-512' },
    `${refused}: check KAFKA_USERNAME and the content of KAFKA_PASSWORD_FILE`,
  ],
  [
    'SASL PLAIN mechanism is not supported by the server',
    { KAFKA_SASL_MECHANISM: 'plain' },
    'SASL PLAIN mechanism is not supported by the server: set KAFKA_SASL_MECHANISM to one that the brokers take',
  ],
  [
    'Request is not valid given the current SASL state',
    { KAFKA_SASL_MECHANISM: 'plain' },
    'the brokers take no SASL on this port, and KAFKA_SASL_MECHANISM is plain',
  ],
  [
    'Closed connection',
    {},
    'the broker hung up: does it ask for SASL or TLS? KAFKA_SASL_MECHANISM is not set',
  ],
  [
    'Closed connection',
    { KAFKA_TLS: 'system' },
    'the broker hung up: does it ask for SASL? KAFKA_SASL_MECHANISM is not set',
  ],
  ['Closed connection', { KAFKA_SASL_MECHANISM: 'plain' }, 'Closed connection'],
  ['The group is rebalancing', {}, 'The group is rebalancing'],
] as const)('%j with %j is told as it is, and with what to look at', (message, config, told) => {
  expect(inWords(message, config)).toBe(told)
})

test('an error stays the one that it was, and is told once, however many calls it passes through', async () => {
  const error = Object.assign(new Error(refused), { retriable: false })
  const admin = {
    connect: () => Promise.reject(error),
    listTopics: () => Promise.reject(error),
    on: () => 'off',
  }
  const stub = { admin: () => admin, producer: () => admin, consumer: () => admin } as unknown as Kafka
  const client = explainFailures(stub, { KAFKA_SASL_MECHANISM: 'scram-sha-512' }).admin()
  await expect(client.connect()).rejects.toBe(error)
  await expect(client.listTopics()).rejects.toBe(error)
  expect(error.message).toBe(`${refused}: check KAFKA_USERNAME and the content of KAFKA_PASSWORD_FILE`)
  expect(client.on('admin.connect', () => {})).toBe('off')
})
