import { z } from 'zod'
import { contradictions } from './contradictions.ts'
import { group, text, whole } from './fields.ts'
import { isNetworkAddress, prefixOf } from './network.ts'
import { pipelineSchema } from './pipeline.ts'

/** Networks that one security group takes: 60 rules are AWS's default, and each network is one of each port. */
const mostCidrs = 20
/** Shorter prefixes are no operator's network: `/0` is everybody, and two `/1` are too. */
const shortestPrefix = 8

const network = 'an IPv4 network such as 203.0.113.7/32 (one address) or 203.0.113.0/24'

/** An IPv4 network that may reach the hosts, written as AWS gives it back. */
const cidr = z
  .cidrv4({ error: network, abort: true })
  .refine(one => prefixOf(one) >= shortestPrefix, {
    error: `a network of your own, /${shortestPrefix} to /32: SSH is never open to everybody`,
    abort: true,
  })
  .refine(isNetworkAddress, {
    error: 'a network that begins at its first address: 203.0.113.0/24, not 203.0.113.7/24',
  })

const creditError = 'a number above 0, up to 1000000, in USD'

/**
 * A stack: what is set up on AWS, in one object. `wikiflow.config.ts` holds one; each field's meaning, as the
 * user reads it there, is in `ops/lib/stack/template.ts`. The message of each rule says what is allowed.
 */
export const stackSchema = group({
  name: text(
    /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,19}$/,
    '2 to 20 lower-case letters, digits and single hyphens, a letter first',
  ),
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as us-east-1'),
  /** Left out, the first zone that has the host's type. */
  zone: text(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, 'a zone of the region such as us-east-1a').optional(),
  host: group({
    type: text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'an EC2 instance type such as t3.medium'),
    count: whole(1, 9, ''),
    diskGb: whole(20, 1000, ', in GB'),
  }),
  database: group({
    class: text(/^db\.[a-z][a-z0-9]*\.[a-z0-9]+$/, 'an RDS instance class such as db.t4g.micro'),
    storageGb: whole(20, 1000, ', in GB'),
    backupDays: whole(0, 35, ', in days; 0 makes no backups'),
  }),
  /** Who may reach the hosts by SSH. */
  operator: group({
    cidrs: z
      .array(cidr, { error: `a list of networks such as ['203.0.113.7/32']` })
      .min(1, { error: `at least one network, such as ['203.0.113.7/32']` })
      .max(mostCidrs, { error: `at most ${mostCidrs} networks: a security group holds no more` }),
  }),
  dashboard: group({
    access: z.enum(['operator', 'public', 'tunnel'], {
      error: "'operator' (the operator's networks), 'public' (everybody) or 'tunnel' (only through SSH)",
    }),
  }),
  lake: group({
    infrequentAccessAfterDays: whole(30, 3650, ', in days: S3 moves no object earlier than 30'),
    /** Left out, objects are kept for ever. */
    deleteAfterDays: whole(60, 3650, ', in days').optional(),
  }),
  pipeline: pipelineSchema.prefault({}),
  budget: group({
    creditUsd: z
      .number({ error: creditError })
      .positive({ error: creditError })
      .max(1_000_000, { error: creditError }),
    /** Given, AWS Budgets writes to it at 50, 80 and 100 % of the credit. */
    email: z.email({ error: 'an e-mail address such as you@example.org' }).optional(),
  }),
}).superRefine((stack, context) => {
  for (const { path, allowed } of contradictions(stack)) {
    context.addIssue({ code: 'custom', path: [...path], message: allowed })
  }
})

/** What `stackSchema` gives. */
export type Stack = z.output<typeof stackSchema>
/** What a `wikiflow.config.ts` says. */
export type StackDescription = z.input<typeof stackSchema>

/**
 * Gives its argument back: only so that an editor knows the fields of `wikiflow.config.ts`.
 * @public A project without that file doesn't use it.
 */
export function defineStack(description: StackDescription): StackDescription {
  return description
}
