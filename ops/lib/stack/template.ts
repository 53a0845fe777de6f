import { hoursAMonth } from '../../../cost/model.ts'

/** What `npx zx ops/init.ts` was told or found out. */
export type TemplateOptions = {
  name: string
  region: string
  /** The operator's networks. */
  cidrs: readonly string[]
  email?: string | undefined
  /** Who reads Wikimedia's stream. */
  contact?: string | undefined
  /** The price of an item in the region, in USD an hour or a GB-month; undefined leaves it out of the text. */
  priceOf(item: string): number | undefined
}

/** Columns of a line, as the project's formatter has it. */
const lineWidth = 110

/** The text of a new `wikiflow.config.ts`: formatted, valid, and with comments that teach what each field does. */
export function configText({ name, region, cidrs, email, contact, priceOf }: TemplateOptions): string {
  const monthly = (item: string, quantity: number, before: string, after = '') => {
    const price = priceOf(item)
    return price === undefined ? '' : `${before}$${(price * quantity).toFixed(2)} a month${after}`
  }
  const host = (type: string) => monthly(`ec2:${type}`, hoursAMonth, ', ')
  const database = (type: string) => monthly(`rds:${type}`, hoursAMonth, ', ')
  const prices =
    priceOf('ec2:t3.medium') === undefined
      ? `// Prices aren't known for ${region}: https://calculator.aws has them.`
      : `// Prices below are those of ${region} for ${hoursAMonth} hours, before tax; \`npx zx ops/provision.ts --plan\` has the total.`
  return `// One stack on AWS: what \`npx zx ops/provision.ts\` makes, after it has printed its plan and asked.
// Change a value and run that again: the plan then says what changes, and what it costs a month.
${prices}
// There is no secret in this file: keep it in git.
import { defineStack } from './ops/lib/stack/schema.ts'

export const stack = defineStack({
  // Begins the name of everything that is made: 2 to 20 lower-case letters, digits and single hyphens.
  // A second stack beside this one has another name, or another region. A new name is a new stack.
  name: ${quote(name)},

  // Where it stands. us-east-1 is among the cheapest; its name is part of the bucket's, so it stays.
  region: ${quote(region)},

  // Host and database stand in one zone, for traffic between zones is billed. Left out: the first zone
  // of the region that has the host's type.
  // zone: ${quote(`${region}a`)},

  // The machines that run the pipeline: log, workers and dashboard.
  host: {
    // t3.medium: 2 vCPUs, 4 GB${host('t3.medium')}. The least that holds the pipeline.
    // t4g.medium: the same on ARM${host('t4g.medium')}. t3.large: 8 GB${host('t3.large')}.
    // On AWS's Free plan none of these can be started, but c7i-flex.large can: 4 GB${host('c7i-flex.large')}.
    // Another type of the same architecture is a change in place: the host stops for some minutes.
    type: 't3.medium',

    // 1 to 9. More than one makes a cluster, each with its own disk; each is billed.
    count: 1,

    // In GB, 20 to 1000: the log stands on it. It can grow, never shrink.${monthly('ebs:gp3', 30, ' 30 GB are ', '.')}
    diskGb: 30,
  },

  // PostgreSQL on RDS: the counts, and what the dashboard shows.
  database: {
    // db.t4g.micro: 1 GB${database('db.t4g.micro')}. db.t4g.small: 2 GB${database('db.t4g.small')}.
    class: 'db.t4g.micro',

    // In GB, 20 to 1000. It can grow, never shrink.${monthly('rds:gp3', 20, ' 20 GB are ', '.')}
    storageGb: 20,

    // Days that automated backups are kept, 0 (none) to 35; as much as the storage is free of charge.
    // The Free plan keeps them one day at most, whatever is asked for.
    backupDays: 7,
  },

  // Who may reach the hosts by SSH: networks as you come from the internet, one address being /32.
  // Your address has changed? Put the new one here and run \`npx zx ops/provision.ts\`.
  operator: {
    ${list('cidrs', cidrs)},
  },

  // Who may open the dashboard: 'operator' (the networks above), 'public' (everybody, to read)
  // or 'tunnel' (nobody but through SSH).
  dashboard: {
    access: 'operator',
  },

  // The lake: every event, as Parquet files in S3.
  lake: {
    // After so many days, 30 to 3650, files move to storage that is cheaper to keep and dearer to read.
    infrequentAccessAfterDays: 30,

    // After so many days, 60 to 3650, they are deleted. Left out: they are kept for ever.
    // deleteAfterDays: 365,
  },

  // What \`npx zx ops/deploy.ts\` brings to the hosts.
  pipeline: {
    // Who reads Wikimedia's event stream: your e-mail address, or an https page about you. Wikimedia requires
    // one and sees it; without it nothing is deployed.
    ${contact === undefined ? "// contact: 'you@example.org'," : `contact: ${quote(contact)},`}

    // Workers that count, 1 to 12. Three keep up with all of Wikimedia, and fit a host with 4 GB.
    workers: 3,

    // Seconds, 300 to 600, for which the lake gathers events before it writes files: each file costs a request.
    lakeRotateS: 600,

    // 1 to 999. One more begins anew, with an empty database and a folder of its own in the lake, beside those that
    // are there: when the log is lost and there is no backup of it, when other brokers keep it from now on, or when
    // all that it holds is to be counted again.
    generation: 1,

    // Brokers of your own that keep the log, with TLS 'system', 'own-ca' or 'off'. The password of a user is the
    // file kafka-password beside the stack's keys, in .wikiflow/cloud/: made by hand, for you alone (chmod 600),
    // and with 'own-ca' kafka-ca.pem beside it. Left out: Redpanda on the first host keeps the log.
    // kafka: { brokers: ['b-1:9096'], tls: 'system', sasl: { mechanism: 'scram-sha-512', username: 'me' } },
  },

  // The money there is. A plan that it doesn't cover for 30 days is refused, unless --over-budget is given.
  budget: {
    // Your credit in USD, used where AWS doesn't tell how much of it is left.
    creditUsd: 100,

    // AWS Budgets, free of charge, writes here at 50, 80 and 100 % of it. Left out: it writes to nobody.
    ${email === undefined ? "// email: 'you@example.org'," : `email: ${quote(email)},`}
  },
})
`
}

/** A string as the formatter writes it: in single quotes, unless it holds one. */
function quote(value: string): string {
  const escaped = JSON.stringify(value)
  return value.includes("'") ? escaped : `'${escaped.slice(1, -1).replaceAll('\\"', '"')}'`
}

/** A list inside a field's object, on one line if it fits. */
function list(field: string, values: readonly string[]): string {
  const line = `${field}: [${values.map(quote).join(', ')}]`
  // Four columns of indentation and a comma.
  if (line.length + 5 <= lineWidth) return line
  return [`${field}: [`, ...values.map(value => `      ${quote(value)},`), '    ]'].join('\n')
}
