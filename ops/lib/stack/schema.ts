import { z } from 'zod'

/** An IPv4 network that may reach the hosts: an address and the length of its prefix. */
const cidr = z.cidrv4({
  error: 'an IPv4 network such as 203.0.113.7/32 (one address) or 203.0.113.0/24',
})

/**
 * A stack: what is set up on AWS, in one object. `wikiflow.config.ts` holds one; each field's meaning, as the
 * user reads it there, is in `ops/lib/stack/template.ts`. The message of each rule says what is allowed.
 */
export const stackSchema = z.strictObject({
  name: z.string().regex(/^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,19}$/, {
    error: '2 to 20 lower-case letters, digits and single hyphens, a letter first',
  }),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, { error: 'a region such as us-east-1' }),
  /** Left out, the first zone that has the host's type. */
  zone: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d[a-z]$/, { error: 'a zone of the region such as us-east-1a' })
    .optional(),
  host: z.strictObject({
    type: z
      .string()
      .regex(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, { error: 'an EC2 instance type such as t3.medium' }),
    count: z.int({ error: 'a whole number from 1 to 9' }).min(1).max(9),
    diskGb: z.int({ error: 'a whole number from 20 to 1000, in GB' }).min(20).max(1000),
  }),
  database: z.strictObject({
    class: z.string().regex(/^db\.[a-z][a-z0-9]*\.[a-z0-9]+$/, {
      error: 'an RDS instance class such as db.t4g.micro',
    }),
    storageGb: z.int({ error: 'a whole number from 20 to 1000, in GB' }).min(20).max(1000),
    backupDays: z.int({ error: 'a whole number from 0 (no backups) to 35, in days' }).min(0).max(35),
  }),
  /** Who may reach the hosts by SSH. */
  operator: z.strictObject({
    cidrs: z
      .array(cidr)
      .min(1, { error: 'at least one network' })
      .refine(cidrs => cidrs.every(one => !one.endsWith('/0')), {
        error: 'networks of your own: SSH is never open to everybody',
      }),
  }),
  dashboard: z.strictObject({
    access: z.enum(['operator', 'public', 'tunnel'], {
      error: "'operator' (the operator's networks), 'public' (everybody) or 'tunnel' (only through SSH)",
    }),
  }),
  lake: z.strictObject({
    infrequentAccessAfterDays: z
      .int({ error: 'a whole number from 30 to 3650, in days: S3 moves no object earlier than 30' })
      .min(30)
      .max(3650),
    /** Left out, objects are kept for ever. */
    deleteAfterDays: z.int({ error: 'a whole number from 60 to 3650, in days' }).min(60).max(3650).optional(),
  }),
  budget: z.strictObject({
    creditUsd: z.number({ error: 'a number above 0, in USD' }).positive(),
    /** Given, AWS Budgets writes to it at 50, 80 and 100 % of the credit. */
    email: z.email({ error: 'an e-mail address' }).optional(),
  }),
})

/** What `stackSchema` gives. */
export type Stack = z.output<typeof stackSchema>
/** What a `wikiflow.config.ts` says. */
export type StackDescription = z.input<typeof stackSchema>

/** Gives its argument back: only so that an editor knows the fields of `wikiflow.config.ts`. */
export function defineStack(description: StackDescription): StackDescription {
  return description
}
