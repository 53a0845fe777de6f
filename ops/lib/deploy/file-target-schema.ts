import { z } from 'zod'
import { group, text, whole } from '../stack/fields.ts'
import { contact, kafkaFields, workers } from '../stack/pipeline.ts'
import { since } from './since.ts'

const path = (what: string) =>
  text(/^\P{Cc}+$/u, `the path of ${what}; a relative one begins at this file's folder`)
const address = text(/^[a-z0-9:](?:[a-z0-9.:_-]*[a-z0-9])?$/i, 'a host name or an IP address')
const port = whole(1, 65_535, '')
const name = text(
  /^[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?$/,
  'lower-case letters, digits and hyphens, a letter first, at most 40',
)

/** How a host is reached, and how it is known to be the right one. */
const reachable = {
  address,
  port: port.default(22),
  user: text(/^[a-z_][a-z0-9_.-]*$/i, 'a user of the host, who may use Docker'),
  identity: path('a private key').optional(),
  hostKey: text(/^(ssh-|ecdsa-)\P{Cc}+$/u, "the host's public key, such as ssh-ed25519 AAAA…").optional(),
  hostKeyFile: path("a file with the host's public key: a .pub or known_hosts file").optional(),
}

type Keyed = { hostKey?: string | undefined; hostKeyFile?: string | undefined }

/** A key is given in one of two ways; a host without one isn't connected to. */
function assertKey({ hostKey, hostKeyFile }: Keyed, context: z.RefinementCtx): void {
  const message = 'the public key that the host shows: either hostKey, or hostKeyFile'
  if (hostKey === undefined && hostKeyFile === undefined) {
    context.addIssue({ code: 'custom', path: ['hostKey'], message })
  }
  if (hostKey !== undefined && hostKeyFile !== undefined) {
    context.addIssue({ code: 'custom', path: ['hostKeyFile'], message })
  }
}

const jumpSchema = group(reachable).superRefine(assertKey)

const hostSchema = group({
  name,
  ...reachable,
  /** A host through which it is reached. */
  jump: jumpSchema.optional(),
  /** Address by which the other hosts reach it. */
  privateAddress: z.union([z.ipv4(), z.ipv6()], { error: 'an IP address' }).optional(),
}).superRefine(assertKey)

export type FileHost = z.output<typeof hostSchema>
export type FileJump = z.output<typeof jumpSchema>

/** Where RDS's servers stand: their certificates need no file. */
const rdsHost = /\.([a-z0-9-]+)\.rds\.amazonaws\.com$/

/** Hosts that are given by address, and what the pipeline on them works with. */
export const fileTargetSchema = group({
  stack: text(
    /^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){1,19}$/,
    '2 to 20 lower-case letters, digits and single hyphens, a letter first',
  ),
  hosts: z
    .array(hostSchema, { error: 'a list of hosts' })
    .min(1, { error: 'at least one host' })
    .max(9, { error: 'at most 9 hosts' }),
  /** So many of them are used, the first ones; left out, all. */
  nodes: whole(1, 9, '').optional(),
  database: group({
    host: address,
    port: port.default(5432),
    name: text(/^[^\p{Cc}]{1,63}$/u, 'the name of the database').default('wikiflow'),
    owner: text(/^[^\p{Cc}]{1,63}$/u, 'a role that may make databases and roles'),
    passwordFile: path("a file with the owner's password"),
    caFile: path("a PEM file with the CA that signs the database's certificate").optional(),
  }),
  lake: group({
    url: text(/^s3:\/\/[a-z0-9][a-z0-9.-]{2,62}(\/\P{Cc}*)?$/u, 's3://bucket/prefix'),
    region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region such as us-east-1').optional(),
    rotateS: whole(1, 600, ', in seconds; 300 to 600 where a request costs').default(600),
  }),
  source: group({
    url: z.url({ protocol: /^https?$/, error: 'an http or https URL' }).optional(),
    contact: contact.optional(),
    since: since.optional(),
  }).prefault({}),
  kafka: group({
    brokers: kafkaFields.brokers,
    tls: z
      .enum(['system', 'off'], { error: "'system' (CAs that Node.js knows, or that of caFile) or 'off'" })
      .default('system'),
    caFile: path("a PEM file with the CA that signs the brokers' certificates").optional(),
    sasl: kafkaFields.sasl
      .unwrap()
      .extend({ passwordFile: path("a file with the user's password") })
      .optional(),
  }).optional(),
  dashboardPort: port.default(80),
  workers: workers.default(3),
  logLevel: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal'], {
      error: 'trace, debug, info, warn, error or fatal',
    })
    .optional(),
  overrides: z.array(path('a Compose file'), { error: 'a list of paths' }).default([]),
  buildArgs: z
    .array(text(/^[A-Za-z_]\w*=\P{Cc}*$/u, 'NAME=value'), { error: 'a list of NAME=value' })
    .default([]),
  folder: path('the folder of what only this machine has of this stack').optional(),
}).superRefine(({ hosts, nodes, database, lake, kafka }, context) => {
  const issue = (at: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path: at, message })
  hosts.forEach(({ name }, index) => {
    const first = hosts.findIndex(host => host.name === name)
    if (first < index) issue(['hosts', index, 'name'], `each name once (it is number ${first + 1} already)`)
  })
  if (nodes !== undefined && nodes > hosts.length) {
    issue(['nodes'], `at most the ${hosts.length} of hosts`)
  }
  const region = rdsHost.exec(database.host)?.[1]
  if (database.caFile === undefined && (region === undefined || region !== lake.region)) {
    issue(
      ['database', 'caFile'],
      "the path of a PEM file with the CA that signs the database's certificate; only one on Amazon RDS in lake.region needs none",
    )
  }
  if (kafka?.tls === 'off' && kafka.caFile !== undefined) {
    issue(['kafka', 'caFile'], "no file, or tls 'system': without TLS there is no certificate")
  }
})

/** What a target's file says. */
export type FileTarget = z.output<typeof fileTargetSchema>
