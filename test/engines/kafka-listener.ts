import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A listener with TLS and SASL, as clients see it. */
export type SecureListener = {
  /** Host and port; the certificate is for this host alone. */
  brokers: string
  /** The same port by the address, for which a name's certificate isn't. */
  byAddress: string
  /** PEM file of the CA that signed its certificate. */
  caFile: string
}

/** What a server needs to open it. */
export type SecureSetup = {
  listener: SecureListener
  /** Server properties. */
  properties: Readonly<Record<string, string>>
  /** Flags of the storage tool: SCRAM users stand in the first metadata. */
  formatFlags: readonly string[]
}

const listenerName = 'SECURE'

/**
 * Makes a CA, a certificate and the settings of a listener that takes PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512 over TLS.
 * @param host `localhost`, or an address of this machine: where it listens, and what the certificate is for
 * @param users passwords by name; they stand in Kafka's configuration, so without quotes, commas and brackets
 */
export async function makeSecureListener(
  folder: string,
  host: string,
  port: number,
  users: Readonly<Record<string, string>>,
): Promise<SecureSetup> {
  const { caFile, keystore } = await makeCertificates(folder, host)
  const jaas = (login: string, options = '') =>
    `org.apache.kafka.common.security.${login} required${options};`
  const plainUsers = Object.entries(users).map(([name, password]) => ` user_${name}="${password}"`)
  const own = `listener.name.${listenerName.toLowerCase()}`
  const address = isIP(host) ? host : '127.0.0.1'
  return {
    listener: { brokers: `${host}:${port}`, byAddress: `${address}:${port}`, caFile },
    properties: {
      listeners: `${listenerName}://${address}:${port}`,
      'advertised.listeners': `${listenerName}://${host}:${port}`,
      'listener.security.protocol.map': `PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,${listenerName}:SASL_SSL`,
      [`${own}.sasl.enabled.mechanisms`]: 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      [`${own}.plain.sasl.jaas.config`]: jaas('plain.PlainLoginModule', plainUsers.join('')),
      [`${own}.scram-sha-256.sasl.jaas.config`]: jaas('scram.ScramLoginModule'),
      [`${own}.scram-sha-512.sasl.jaas.config`]: jaas('scram.ScramLoginModule'),
      [`${own}.ssl.keystore.type`]: 'PEM',
      [`${own}.ssl.keystore.location`]: keystore,
    },
    formatFlags: Object.entries(users).flatMap(([name, password]) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap(mechanism => [
        '--add-scram',
        `${mechanism}=[name=${name},password=${password}]`,
      ]),
    ),
  }
}

/** Opens the listener beside those that the properties have. */
export function addListener(properties: Record<string, string>, { properties: added }: SecureSetup): void {
  for (const [name, value] of Object.entries(added)) {
    const before = name.endsWith('listeners') ? properties[name] : undefined
    properties[name] = before === undefined ? value : `${before},${value}`
  }
}

/** A CA, and a key and certificate for a host in one file, as Kafka reads PEM. */
async function makeCertificates(folder: string, host: string): Promise<{ caFile: string; keystore: string }> {
  const path = (name: string) => join(folder, name)
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder })
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  const day = ['-days', '1']
  await openssl(
    'req',
    '-x509',
    ...newKey,
    ...day,
    '-subj',
    '/CN=test CA',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  )
  await openssl('req', ...newKey, '-subj', '/CN=broker', '-keyout', 'broker.key', '-out', 'broker.csr')
  await writeFile(path('broker.ext'), `subjectAltName=${isIP(host) ? 'IP' : 'DNS'}:${host}\n`)
  await openssl(
    ...['x509', '-req', '-in', 'broker.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'],
    ...[...day, '-extfile', 'broker.ext', '-out', 'broker.pem'],
  )
  const keystore = path('broker.keystore.pem')
  const parts = await Promise.all(['broker.key', 'broker.pem'].map(name => readFile(path(name), 'utf8')))
  await writeFile(keystore, parts.join(''), { mode: 0o600 })
  return { caFile: path('ca.pem'), keystore }
}
