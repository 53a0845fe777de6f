import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { type HostAddress } from '../host/host.ts'
import { givenKeys, pinKeys } from '../host/host-keys.ts'
import { UserError } from '../script.ts'
import { checked } from '../stack/validate.ts'
import { type FileHost, type FileJump, type FileTarget, fileTargetSchema } from './file-target-schema.ts'
import { type Target } from './target.ts'
import { variablesOf } from './variables.ts'

/**
 * Hosts given by address in a JSON file as a place to deploy to (`docs/targets.md` has one of each field). The hosts'
 * keys are pinned as the file gives them.
 * @param state the folder of what only this machine has.
 * @param nodes so many of the hosts, in place of what the file says.
 * @throws UserError with a line for each field that is wrong; for a file that can't be read, or holds no key.
 */
export function fileTarget(path: string, state: string, nodes?: number): Target {
  const file = resolve(path)
  const described = readTargetFile(path)
  const at = (relative: string) => resolve(dirname(file), relative)
  const folder =
    described.folder === undefined ? resolve(state, 'targets', described.stack) : at(described.folder)
  const pinnedKeys = join(folder, 'known_hosts')
  const used = described.hosts.slice(0, nodes ?? described.nodes)
  const [first, ...others] = used.map(host => hostOf(described.stack, host, at))
  if (!first) throw new UserError(`${path} names no host`)
  for (const host of used) {
    pin(pinnedKeys, keyName(described.stack, host.name), host, at)
    if (host.jump) pin(pinnedKeys, keyName(described.stack, jumpName(host.name)), host.jump, at)
  }
  const { database, kafka } = described
  return {
    stack: described.stack,
    hosts: [first, ...others],
    pinnedKeys,
    folder,
    variables: variablesOf(settingsOf(described)),
    secrets: {
      'owner-password': at(database.passwordFile),
      'writer-password': join(folder, 'writer-password'),
      'reader-password': join(folder, 'reader-password'),
      ...(kafka?.sasl && { 'kafka-password': at(kafka.sasl.passwordFile) }),
    },
    ...(database.caFile !== undefined && { databaseCa: at(database.caFile) }),
    ...(kafka?.caFile !== undefined && { kafkaCa: at(kafka.caFile) }),
    overrides: described.overrides.map(at),
    ...(described.buildArgs.length > 0 && { buildArgs: described.buildArgs }),
  }
}

/** What a target's file says. @throws UserError with a line for each field that is wrong. */
export function readTargetFile(path: string): FileTarget {
  const source = readText(path, 'the file of the target')
  let description: unknown
  try {
    description = JSON.parse(source)
  } catch (error) {
    throw new UserError(`${path} isn't JSON: ${error instanceof Error ? error.message : error}`)
  }
  // JSON is an expression of the language in which lines are looked for.
  return checked(fileTargetSchema, description, {
    file: path,
    source: `export const stack = ${source}`,
    root: 'the target',
  })
}

/** What the file says, in the words of the Compose files' variables. */
function settingsOf({ source, kafka, database, lake, ...described }: FileTarget) {
  const { host, port, name, owner } = database
  return {
    workers: described.workers,
    contact: source.contact,
    source: { url: source.url, since: source.since },
    kafka: kafka && {
      brokers: kafka.brokers,
      tls: kafka.caFile === undefined ? kafka.tls : ('own-ca' as const),
      sasl: kafka.sasl,
    },
    database: { host, port, name, owner },
    lake,
    dashboardPort: described.dashboardPort,
    logLevel: described.logLevel,
  }
}

function hostOf(stack: string, host: FileHost, at: (path: string) => string): HostAddress {
  const { jump, privateAddress } = host
  return {
    ...reach(stack, host.name, host, at),
    ...(privateAddress !== undefined && { privateAddress }),
    ...(jump && { jump: reach(stack, jumpName(host.name), jump, at) }),
  }
}

function reach(
  stack: string,
  name: string,
  host: FileHost | FileJump,
  at: (path: string) => string,
): HostAddress {
  const { user, address, port, identity } = host
  const reached = { name, user, address, port, keyName: keyName(stack, name) }
  return identity === undefined ? reached : { ...reached, identity: at(identity) }
}

function jumpName(host: string): string {
  return `${host}-jump`
}

function keyName(stack: string, host: string): string {
  return `${stack}.${host}`
}

/** The file is what the operator vouches for: another key there takes the place of the one that was pinned. */
function pin(file: string, name: string, host: FileHost | FileJump, at: (path: string) => string): void {
  const { address, port, hostKey, hostKeyFile } = host
  const text = hostKey ?? readText(at(hostKeyFile ?? ''), "the host's key")
  const names = port === 22 ? [address, `[${address}]:22`] : [`[${address}]:${port}`]
  const from = hostKey === undefined ? at(hostKeyFile ?? '') : `hostKey of ${name}`
  pinKeys(file, name, givenKeys(text, from, names), { replace: true })
}

function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
    throw new UserError(`${path}, ${what}, can't be read${code}`)
  }
}
