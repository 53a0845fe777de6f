import { z } from 'zod'
import { group, text, whole } from './fields.ts'

const contactError = 'an e-mail address or an https URL, in ASCII, such as you@example.org'
const saslMechanisms = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

const address = z.union([z.email(), z.url({ protocol: /^https$/ })])

/** Who reads Wikimedia's stream: part of a comment in an HTTP header, so without spaces and parentheses. */
export const contact = z
  .string({ error: contactError })
  .refine(value => /^[!-'*-~]+$/.test(value) && address.safeParse(value).success, { error: contactError })

/** The log has twelve partitions: a thirteenth worker would have none. */
export const workers = whole(1, 12, '')

/** Shorter times cost more requests than the credit is for; the runtime takes no longer ones. */
const lakeRotateS = whole(300, 600, ', in seconds')

const brokersError = "a list of host:port, such as ['b-1.example.org:9096']"
const tlsError =
  "'system' (certificates that Node.js knows the CA of), 'own-ca' (the CA is in the file kafka-ca.pem beside the stack's keys) or 'off'"

/** Brokers given by address, and how to speak to them. The password stands in a file of its own, never here. */
export const kafkaFields = {
  brokers: z
    .array(text(/^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?:\d{1,5}$/i, 'host:port, such as b-1.example.org:9096'), {
      error: brokersError,
    })
    .min(1, { error: brokersError }),
  sasl: group({
    mechanism: z.enum(saslMechanisms, { error: saslMechanisms.map(name => `'${name}'`).join(', ') }),
    username: text(/^\P{Cc}+$/u, 'a user of the brokers'),
  }).optional(),
}

/** What runs on the hosts. */
export const pipelineSchema = group({
  /** Must be set before the pipeline reads Wikimedia. */
  contact: contact.optional(),
  workers: workers.default(3),
  lakeRotateS: lakeRotateS.default(600),
  /** Each has a database and a folder of the lake of its own: offsets of one log mean nothing in another. */
  generation: whole(1, 999, '').default(1),
  /** Left out, Redpanda on the first host. */
  kafka: group({ ...kafkaFields, tls: z.enum(['system', 'own-ca', 'off'], { error: tlsError }) }).optional(),
})
