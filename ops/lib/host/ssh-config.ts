import { isIP } from 'node:net'
import { UserError } from '../script.ts'
import { socketName } from './control-socket.ts'
import { type HostAddress } from './host.ts'

/** What holds for all hosts of a file. */
export type SshSettings = {
  /** File with the pinned keys, known_hosts format. */
  pinnedKeys: string
  /** Folder of the sockets over which commands share a connection. */
  sockets: string
  /** How long a connection may take to be made, in seconds. */
  connectS?: number
  /** After three times so many seconds without a sign of life a connection is given up. */
  aliveS?: number
}

/** How long a shared connection stays open when nobody uses it, in seconds. */
export const persistS = 60

/**
 * The text of an ssh_config file for hosts and for those through which they are reached. It is used with `ssh -F`, which
 * leaves out the user's own and the system's; no key but a pinned one is accepted, and nothing is asked.
 * @throws UserError for a value that can't stand in such a file, by name.
 */
export function sshConfig(hosts: readonly HostAddress[], settings: SshSettings): string {
  const { pinnedKeys, sockets, connectS = 15, aliveS = 10 } = settings
  const common = [
    'BatchMode yes',
    'StrictHostKeyChecking yes',
    `UserKnownHostsFile ${configPath('the file of pinned keys', pinnedKeys)}`,
    'GlobalKnownHostsFile none',
    'UpdateHostKeys no',
    'CheckHostIP no',
    'PreferredAuthentications publickey',
    'ForwardAgent no',
    'ForwardX11 no',
    'PermitLocalCommand no',
    'RequestTTY no',
    `ConnectTimeout ${connectS}`,
    `ServerAliveInterval ${aliveS}`,
    'ServerAliveCountMax 3',
    'Compression no',
    'LogLevel ERROR',
    'ControlMaster auto',
    `ControlPersist ${persistS}`,
  ]
  const blocks = allOf(hosts).map(host => hostLines(host, sockets))
  return `${[...blocks, ['Host *', ...common.map(line => `  ${line}`)]].map(lines => lines.join('\n')).join('\n\n')}\n`
}

/**
 * A path as a file of ssh_config holds it: quoted, its `%` doubled.
 * @param what names it in the error.
 * @throws UserError for what ssh would read as something else.
 */
export function configPath(what: string, path: string): string {
  // Before OpenSSH 8.7 nothing escapes a quote or a backslash; `${` stands for a variable and can't be escaped.
  if (!path.startsWith('/') || /["'\\\p{Cc}]|\$\{/u.test(path)) {
    throw new UserError(
      `${what} is ${JSON.stringify(path)}: ssh takes an absolute path without quotes, backslashes, "\${" and control characters`,
    )
  }
  return `"${path.replaceAll('%', '%%')}"`
}

function hostLines(host: HostAddress, sockets: string): string[] {
  const { name, user, address, port, identity, keyName, jump } = host
  const of = (what: string) => `the ${what} of host ${JSON.stringify(name)}`
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UserError(`${of('port')} is ${port}: a whole number from 1 to 65535`)
  }
  const lines = [
    `HostName ${hostName(of('address'), address)}`,
    `Port ${port}`,
    `User ${matching(of('user'), user, /^[a-z_][\w.-]*\$?$/i, 'a name of letters, digits, ".", "_" and "-"')}`,
    `HostKeyAlias ${matching(of('key name'), keyName, /^\w[\w.:-]*$/, 'letters, digits, ".", ":", "_" and "-"')}`,
    ...(identity === undefined
      ? []
      : [`IdentityFile ${configPath(of('identity'), identity)}`, 'IdentitiesOnly yes']),
    `ControlPath ${configPath('the folder of sockets', `${sockets}/${socketName(host)}`)}`,
    ...(jump ? [`ProxyJump ${jump.name}`] : []),
  ]
  return [`Host ${aliasOf(name)}`, ...lines.map(line => `  ${line}`)]
}

function aliasOf(name: string): string {
  return matching('the name of a host', name, /^[a-z0-9][\w.-]*$/i, 'letters, digits, ".", "_" and "-"')
}

function hostName(what: string, address: string): string {
  if (isIP(address)) return address.replaceAll('%', '%%')
  return matching(what, address, /^[a-z0-9]([a-z0-9_.-]{0,252})$/i, "an IP address or a host's name")
}

function matching(what: string, value: string, pattern: RegExp, allowed: string): string {
  if (pattern.test(value)) return value
  throw new UserError(`${what} is ${JSON.stringify(value)}: allowed is ${allowed}`)
}

/** The hosts and their jump hosts, each once. @throws UserError when two differ under one name. */
function allOf(hosts: readonly HostAddress[]): HostAddress[] {
  const named = new Map<string, HostAddress>()
  const add = (host: HostAddress, below: readonly HostAddress[]) => {
    if (below.includes(host)) throw new UserError(`host ${host.name} is reached through itself`)
    const there = named.get(host.name)
    if (there && JSON.stringify(there) !== JSON.stringify(host)) {
      throw new UserError(`two hosts are named ${host.name}: each needs a name of its own`)
    }
    named.set(host.name, host)
    if (host.jump) add(host.jump, [...below, host])
  }
  for (const host of hosts) add(host, [])
  return [...named.values()]
}
