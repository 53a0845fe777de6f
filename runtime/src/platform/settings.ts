import { z } from 'zod'
import { parseCursor } from './source-cursor.ts'

/** One environment variable: what it means, what is allowed, what it is when unset. */
export type Setting<T> = {
  description: string
  /** Said in an error: what a good value looks like. */
  allowed: string
  schema: z.ZodType<T, string>
  /** The value when unset; a setting without one is required, unless its schema takes undefined. */
  default?: string
  /** True when the setting may be left out and is then undefined. */
  optional?: true
}

function define<T>(setting: Setting<T> & { optional?: never }): Setting<T>
function define<T>(setting: Setting<T> & { optional: true }): Setting<T | undefined>
function define<T>(setting: Setting<T>): Setting<T> {
  return setting
}

const text = z.string().min(1)
const integer = (min: number, max: number) =>
  z
    .string()
    .regex(/^-?\d+$/)
    .transform(Number)
    .pipe(z.number().min(min).max(max))
const port = integer(0, 65_535)
const hostPort = /^[^\s:,]+:\d{1,5}$/
const list = z.string().transform(value => value.split(',').map(part => part.trim()))

/** `name=http://host:port` by commas; undefined when one of them is something else. */
function parseServices(value: string): { name: string; url: URL }[] | undefined {
  const services = value.split(',').map(part => {
    const [, name, url] = /^\s*([\w.-]{1,40})=(http:\/\/\S+?)\s*$/.exec(part) ?? []
    return name && url && URL.canParse(url) ? { name, url: new URL(url) } : undefined
  })
  return services.includes(undefined) ? undefined : services.filter(service => service !== undefined)
}

/** A pipeline that fell behind by this much should not lose the log before the lake has it. */
const weekMs = 7 * 24 * 3_600_000

/** Every environment variable of the pipeline. The README's table is made from this object. */
export const settings = {
  LOG_LEVEL: define({
    description: 'Least severe level that is logged',
    allowed: 'trace, debug, info, warn, error or fatal',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']),
    default: 'info',
  }),
  LOG_FORMAT: define({
    description: 'Shape of the log on standard output',
    allowed: 'json, pretty or auto (pretty on a terminal)',
    schema: z.enum(['json', 'pretty', 'auto']),
    default: 'auto',
  }),
  HEALTH_HOST: define({
    description: 'Address on which /healthz, /readyz and /metrics listen',
    allowed: 'an address of this machine',
    schema: text,
    default: '127.0.0.1',
  }),
  HEALTH_PORT: define({
    description: 'Port of /healthz, /readyz and /metrics; 0 takes a free one',
    allowed: 'a number from 0 to 65535',
    schema: port,
    default: '0',
  }),
  KAFKA_BROKERS: define({
    description: 'Brokers of the log',
    allowed: 'host:port, several parted by commas',
    schema: list.pipe(z.array(z.string().regex(hostPort)).min(1)),
  }),
  KAFKA_TLS: define({
    description: 'Whether the brokers are reached by TLS, and whose signature their certificates must have',
    allowed:
      'off, system (the CAs that Node.js knows), or the path to a PEM file with the CA, such as /run/secrets/kafka-ca',
    schema: z.string().regex(/^(off|system|.*\/.*)$/s),
    default: 'off',
  }),
  KAFKA_SASL_MECHANISM: define({
    description: 'How the pipeline proves to the brokers who it is; unset: not at all',
    allowed: 'plain, scram-sha-256 or scram-sha-512',
    schema: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
    optional: true,
  }),
  KAFKA_USERNAME: define({
    description: 'User of KAFKA_SASL_MECHANISM',
    allowed: "a user's name",
    schema: text,
    optional: true,
  }),
  KAFKA_PASSWORD_FILE: define({
    description: 'File that holds the password of KAFKA_USERNAME',
    allowed: 'a path to a readable file',
    schema: text,
    optional: true,
  }),
  SOURCE_URL: define({
    description: 'Event stream that ingest reads',
    allowed: 'an http or https URL',
    schema: z.url({ protocol: /^https?$/ }),
    default: 'https://stream.wikimedia.org/v2/stream/recentchange',
  }),
  WIKIFLOW_CONTACT: define({
    description: "Who reads the stream: part of the User-Agent, which Wikimedia's hosts require",
    allowed: 'an e-mail address or an https URL, in ASCII',
    // Printable ASCII without parentheses: it stands in a comment of an HTTP header.
    schema: z
      .string()
      .regex(/^[!-'*-~]+$/)
      .pipe(z.union([z.email(), z.url({ protocol: /^(https?|mailto)$/ })])),
    optional: true,
  }),
  SOURCE_SINCE: define({
    description:
      'Where to start in the source when the log is empty, or ends before it: at a time, or REWIND_MS before the event with an id, so that nothing after it is left out; unset: the latest event',
    allowed:
      'a time such as 2026-08-04T15:00:00Z, milliseconds since 1970, or the id of an event, as in Last-Event-ID: [{"topic":"eqiad.mediawiki.recentchange","partition":0,"timestamp":1785855600000}]',
    schema: z.union([
      z
        .string()
        .regex(/^\d{12,14}$/)
        .transform(Number),
      z.iso.datetime({ offset: true }).transform(text => Date.parse(text)),
      z.string().transform((text, context) => {
        const cursor = parseCursor(text)
        if (!cursor) context.issues.push({ code: 'custom', input: text, message: 'malformed' })
        return cursor ?? z.NEVER
      }),
    ]),
    optional: true,
  }),
  DEDUPE_WINDOW_S: define({
    description: 'How far back ingest remembers events, to drop those the source sends twice, in seconds',
    allowed: 'a number from 60 to 3600',
    schema: integer(60, 3_600),
    default: '600',
  }),
  REWIND_MS: define({
    description: 'How far before the last stored event a resume begins, in milliseconds',
    allowed: 'a number from 1000 to 60000',
    schema: integer(1_000, 60_000),
    default: '5000',
  }),
  SOURCE_IDLE_S: define({
    description: 'Silence after which the connection to the source counts as dead, in seconds',
    allowed: 'a number from 1 to 900',
    schema: integer(1, 900),
    default: '60',
  }),
  TOPIC_RETENTION_MS: define({
    description: 'How long the log keeps an event, in milliseconds; -1 for ever',
    allowed: '-1, or at least 3600000 (an hour)',
    schema: z.union([z.literal('-1').transform(Number), integer(3_600_000, Number.MAX_SAFE_INTEGER)]),
    default: String(weekMs),
  }),
  TOPIC_RETENTION_BYTES: define({
    description: 'How much of a partition the log keeps, in bytes; -1 without limit',
    allowed: '-1, or at least 67108864 (64 MiB)',
    schema: z.union([z.literal('-1').transform(Number), integer(67_108_864, Number.MAX_SAFE_INTEGER)]),
    default: String(1024 ** 3),
  }),
  LAKE_URL: define({
    description:
      'Where the Parquet files go; for S3 the region and credentials come from the AWS environment',
    allowed: 'file:///a/folder or s3://bucket/prefix',
    schema: z.string().regex(/^(file:\/\/\/.+|s3:\/\/[a-z0-9][a-z0-9.-]{2,62}(\/.*)?)$/),
  }),
  LAKE_ROTATE_S: define({
    description: "How long the lake gathers a partition's events before it writes a file, in seconds",
    allowed: 'a number from 1 to 600; 300 to 600 in production, for each file costs a request',
    schema: integer(1, 600),
    default: '300',
  }),
  LAKE_MAX_ROWS: define({
    description: 'Events after which the lake writes a file early',
    allowed: 'a number from 1 to 1000000',
    schema: integer(1, 1_000_000),
    default: '10000',
  }),
  LAKE_MAX_BYTES: define({
    description: 'Event bytes that the lake holds in memory, in all; a file has at most an eighth of it',
    allowed: 'a number from 1048576 (1 MiB) to 4294967296',
    schema: integer(1_048_576, 4_294_967_296),
    default: String(64 * 1024 ** 2),
  }),
  PGHOST: define({ description: 'PostgreSQL host', allowed: 'a host name or address', schema: text }),
  PGPORT: define({
    description: 'PostgreSQL port',
    allowed: 'a number from 1 to 65535',
    schema: integer(1, 65_535),
    default: '5432',
  }),
  PGDATABASE: define({
    description: 'PostgreSQL database',
    allowed: 'a database name',
    schema: text,
    default: 'wikiflow',
  }),
  PGUSER: define({ description: 'PostgreSQL role of this service', allowed: 'a role name', schema: text }),
  PGPASSWORD_FILE: define({
    description: 'File that holds the password of PGUSER',
    allowed: 'a path to a readable file',
    schema: text,
  }),
  PGSSL_CA_FILE: define({
    description: 'CA bundle the server must be signed by; TLS is used, and verified, when set',
    allowed: 'a path to a readable PEM file',
    schema: text,
    optional: true,
  }),
  WRITER_PASSWORD_FILE: define({
    description: 'File with the password to give the role of the workers and the uploader',
    allowed: 'a path to a readable file',
    schema: text,
  }),
  READER_PASSWORD_FILE: define({
    description: 'File with the password to give the role of the dashboard',
    allowed: 'a path to a readable file',
    schema: text,
  }),
  WORKER_FLUSH_MS: define({
    description: 'How long the worker lets events gather before it stores them, in milliseconds',
    allowed: 'a number from 50 to 5000',
    schema: integer(50, 5_000),
    default: '500',
  }),
  WORKER_SESSION_MS: define({
    description:
      "How long after a worker's last sign of life the group gives its partitions away, in milliseconds",
    allowed: 'a number from 1000 to 300000; Kafka and Redpanda take 6000 at the least',
    schema: integer(1_000, 300_000),
    default: '15000',
  }),
  RETENTION_FEED_HOURS: define({
    description: 'How long the feed of single changes is kept, in hours of event time',
    allowed: 'a number from 1 to 876000',
    schema: integer(1, 876_000),
    default: '24',
  }),
  RETENTION_MINUTES_DAYS: define({
    description: 'How long counts by the minute are kept, in days',
    allowed: 'a number from 1 to 36500',
    schema: integer(1, 36_500),
    default: '14',
  }),
  RETENTION_HOURS_DAYS: define({
    description: 'How long counts of pages and users by the hour are kept, in days',
    allowed: 'a number from 1 to 36500',
    schema: integer(1, 36_500),
    default: '3',
  }),
  RETENTION_DEAD_LETTER_DAYS: define({
    description: "How long the bytes of dead letters are kept, in days; the letters' rows stay",
    allowed: 'a number from 1 to 36500',
    schema: integer(1, 36_500),
    default: '14',
  }),
  DASHBOARD_HOST: define({
    description: 'Address on which the dashboard listens; 0.0.0.0 opens it to all who reach this machine',
    allowed: 'an address of this machine',
    schema: text,
    default: '127.0.0.1',
  }),
  DASHBOARD_PORT: define({
    description: 'Port of the dashboard; 0 takes a free one',
    allowed: 'a number from 0 to 65535',
    schema: port,
    default: '3000',
  }),
  SERVICE_URLS: define({
    description: "Services whose /readyz the dashboard shows; a name's every address is asked",
    allowed: 'name=http://host:port, several parted by commas, such as worker=http://tasks.worker:9100',
    schema: z.string().transform((value, context) => {
      const services = parseServices(value)
      if (!services) context.issues.push({ code: 'custom', input: value, message: 'malformed' })
      return services ?? z.NEVER
    }),
    optional: true,
  }),
} as const

export type SettingName = keyof typeof settings
