import { X509Certificate } from 'node:crypto'
import { type ConnectionOptions } from 'node:tls'
import { type SASLOptions } from 'kafkajs'
import { type Config, ConfigError, readSecret } from './config.ts'

/** Settings by which a connection to the brokers is made secret and proven. */
export const securitySettings = [
  'KAFKA_TLS',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_USERNAME',
  'KAFKA_PASSWORD_FILE',
] as const
export type SecurityConfig = Partial<Config<(typeof securitySettings)[number]>>

/** TLS and SASL of a connection; without `ssl` it is plain, without `sasl` nobody proves who they are. */
export type Security = { ssl?: ConnectionOptions; sasl?: SASLOptions }

/**
 * Reads the CA and the password that the settings name. Redpanda, Amazon MSK and Apache Kafka take the same: TLS with
 * SCRAM-SHA-512 is what all of them offer.
 * @throws ConfigError that names the setting which is missing, or whose file can't be read; never the password.
 */
export function readSecurity(config: SecurityConfig): Security {
  const { KAFKA_TLS: tls = 'off' } = config
  const ssl = tls === 'off' ? undefined : tls === 'system' ? {} : { ca: readCa(tls) }
  const sasl = readSasl(config)
  return { ...(ssl && { ssl }), ...(sasl && { sasl }) }
}

/** What is unwise about the settings though they work: said once, at start. */
export function unwise({ KAFKA_TLS: tls = 'off', KAFKA_SASL_MECHANISM: mechanism }: SecurityConfig) {
  if (!mechanism || tls !== 'off') return undefined
  const seen = mechanism === 'plain' ? 'the password and all events' : 'all events'
  return `KAFKA_SASL_MECHANISM is ${mechanism} and KAFKA_TLS is off: whoever listens on the network reads ${seen}; set KAFKA_TLS`
}

/** Node takes a file without a certificate for an empty list, and would then trust nobody, without a word. */
function readCa(path: string): string {
  const text = readSecret('KAFKA_TLS', path)
  try {
    new X509Certificate(text)
    return text
  } catch {
    throw new ConfigError(`KAFKA_TLS names ${path}, which doesn't begin with a certificate in PEM format`)
  }
}

function readSasl(config: SecurityConfig): SASLOptions | undefined {
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_USERNAME: username,
    KAFKA_PASSWORD_FILE: passwordFile,
  } = config
  if (!mechanism) {
    // A password's file alone is no contradiction: a Compose file names it whether or not there is a user.
    if (username === undefined) return undefined
    throw new ConfigError(
      'KAFKA_USERNAME is set, but KAFKA_SASL_MECHANISM is not: plain, scram-sha-256 or scram-sha-512',
    )
  }
  const missing = [
    ...(username === undefined ? ['KAFKA_USERNAME'] : []),
    ...(passwordFile === undefined ? ['KAFKA_PASSWORD_FILE'] : []),
  ]
  if (username === undefined || passwordFile === undefined) {
    throw new ConfigError(
      `KAFKA_SASL_MECHANISM is ${mechanism}, but ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set`,
    )
  }
  const readPassword = () => readSecret('KAFKA_PASSWORD_FILE', passwordFile)
  readPassword()
  return {
    mechanism,
    username,
    // Asked for at each authentication: a rotated password is in force without a new start.
    get password() {
      return readPassword()
    },
  }
}
