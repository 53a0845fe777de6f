import { type Kafka } from 'kafkajs'
import { type SecurityConfig } from './kafka-security.ts'

/**
 * Makes what a client's admins, producers and consumers reject with say what a person can do. The error stays
 * kafkajs's own, for its name and `retriable` decide what happens next; only its message grows.
 */
export function explainFailures(kafka: Kafka, config: SecurityConfig): Kafka {
  const told = new WeakSet<Error>()
  const tell = (error: unknown): never => {
    if (error instanceof Error && !told.has(error)) {
      error.message = inWords(error.message, config)
      told.add(error)
    }
    throw error
  }
  const explained = <Client extends object>(client: Client): Client => {
    const methods = Object.entries(client).filter(([, method]) => typeof method === 'function')
    for (const [name, method] of methods) {
      const tried = (...args: unknown[]) => {
        const result: unknown = method.apply(client, args)
        return result instanceof Promise ? result.catch(tell) : result
      }
      Object.assign(client, { [name]: tried })
    }
    return client
  }
  const { admin, producer, consumer } = kafka
  return Object.assign(kafka, {
    admin: (...args: Parameters<typeof admin>) => explained(admin.apply(kafka, args)),
    producer: (...args: Parameters<typeof producer>) => explained(producer.apply(kafka, args)),
    consumer: (...args: Parameters<typeof consumer>) => explained(consumer.apply(kafka, args)),
  })
}

/** kafkajs's sentence, with the setting to look at where the brokers refuse who asks. */
export function inWords(message: string, config: SecurityConfig): string {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_TLS: tls = 'off' } = config
  if (/^SASL .* is not supported by the server$/.test(message)) {
    return `${message}: set KAFKA_SASL_MECHANISM to one that the brokers take`
  }
  if (/^SASL .* failed:/.test(message)) {
    return `${message}: check KAFKA_USERNAME and the content of KAFKA_PASSWORD_FILE`
  }
  // A listener without SASL takes a hand that is held out to it for a mistake (error 34, ILLEGAL_SASL_STATE).
  if (mechanism && message === 'Request is not valid given the current SASL state') {
    return `the brokers take no SASL on this port, and KAFKA_SASL_MECHANISM is ${mechanism}`
  }
  // A listener with SASL says which versions it speaks, and hangs up at the next question.
  if (!mechanism && message === 'Closed connection') {
    const missing = tls === 'off' ? 'SASL or TLS' : 'SASL'
    return `the broker hung up: does it ask for ${missing}? KAFKA_SASL_MECHANISM is not set`
  }
  return message
}
