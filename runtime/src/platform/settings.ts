import { z } from 'zod'

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
} as const

export type SettingName = keyof typeof settings
