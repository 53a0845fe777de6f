import { visible } from '../cloud/fact-text.ts'
import { fingerprint } from '../cloud/ssh-key.ts'
import { UserError } from '../script.ts'
import { type HostAddress } from './host.ts'
import { type HostKey } from './host-key.ts'

/** A connection that stood has broken: what was done over it can be tried again. */
export class ConnectionLost extends UserError {
  override name = 'ConnectionLost'
}

/** Nobody answers where the host should be: it may again in a moment. */
export class Unreachable extends UserError {
  override name = 'Unreachable'
}

/** Finds the keys that are pinned under a name. */
type PinnedKeys = (keyName: string) => readonly HostKey[]

/** What ssh says, and the sentence for it. `at` names the host with its address; `passes`: waiting may mend it. */
const kinds: readonly { says: RegExp; passes?: true; sentence(at: string, host: HostAddress): string }[] = [
  {
    says: /Permission denied \(|Too many authentication failures/,
    sentence: (at, { user, identity }) =>
      `${at} doesn't let ${user} in with ${identity ?? "any of this user's keys"}: the public half has to stand in ~${user}/.ssh/authorized_keys on the host; or is it another user there?`,
  },
  {
    says: /Could not resolve hostname/,
    sentence: at =>
      `no address is known for ${at}: look at the host's name, and whether this machine is online`,
  },
  {
    says: /Connection refused/,
    passes: true,
    sentence: at =>
      `${at} refused the connection: nothing listens there. A host that has just been started takes a minute; otherwise look at the port, and at sshd on the host`,
  },
  {
    says: /No route to host|Network is unreachable/,
    passes: true,
    sentence: at =>
      `there is no way to ${at} from this network: look at the address, and whether the host runs`,
  },
  {
    says: /timed out|Timeout, server/,
    passes: true,
    sentence: at =>
      `${at} didn't answer in time: either it doesn't run, or hangs, or a firewall lets nobody in from this machine's present address`,
  },
  {
    says: /Connection (reset|closed)|kex_exchange_identification/,
    passes: true,
    sentence: at =>
      `${at} closed the connection before anything was said: it is starting, or has too many connections open, or what listens there isn't SSH. Try again in a minute`,
  },
]

/** Why no connection was made, in a sentence with what to do, from what ssh said; hosts on the way are reached. */
export function connectFailure(said: string, to: HostAddress, pinned: PinnedKeys): UserError {
  const at = `${to.name} (${to.address} port ${to.port})`
  const known = keyTrouble(said, at, to, pinned) ?? identityTrouble(said, to) ?? beyondJump(said, to)
  const kind = known === undefined ? kinds.find(({ says }) => says.test(said)) : undefined
  const sentence = known ?? kind?.sentence(at, to)
  return new (kind?.passes ? Unreachable : UserError)(
    visible(sentence ?? `can't reach ${at}: ssh says "${lastLine(said) || 'nothing'}"`),
  )
}

/** A connection has broken while something ran over it. */
export function lostConnection(said: string, { name }: HostAddress): ConnectionLost {
  const last = lastLine(said)
  return new ConnectionLost(
    visible(
      `the connection to ${name} broke${last ? ` (ssh says "${last}")` : ''}; what ran there over it was ended: run the same command again`,
    ),
  )
}

function keyTrouble(said: string, at: string, host: HostAddress, pinned: PinnedKeys): string | undefined {
  const { keyName } = host
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said)) {
    const [shown = 'another'] = /SHA256:[A-Za-z0-9+/]+/.exec(said) ?? []
    const known = pinned(keyName).map(fingerprint).join(' or ') || 'another'
    return `${at} shows the key ${shown}; pinned for ${keyName} is ${known}. Nothing was sent. Either the host was made anew, or somebody stands between: compare with the key on the host's console, and pin it anew only when it is that one`
  }
  if (/No \S+ host key is known/.test(said)) {
    return `no key is pinned for ${at} under the name ${keyName}, and none is accepted unseen: give the host's key (its /etc/ssh/ssh_host_ed25519_key.pub)`
  }
  if (/Host key verification failed|no matching host key type/i.test(said)) {
    return `${at} shows none of the keys that are pinned for ${keyName}: compare with the key on the host's console`
  }
  return undefined
}

function identityTrouble(said: string, { identity, name }: HostAddress): string | undefined {
  if (identity === undefined) return undefined
  if (/UNPROTECTED PRIVATE KEY FILE/.test(said)) {
    return `${identity} may be read by others than its owner: run \`chmod 600 ${identity}\``
  }
  const [, why] = /(?:no such identity: .*|Load key .*): (.+)/.exec(said) ?? []
  return why && `${identity}, the key for ${name}, can't be used: ${why.trim()}`
}

function beyondJump(said: string, to: HostAddress): string | undefined {
  if (!to.jump || !/forwarding (?:request )?failed|kex_exchange_identification|UNKNOWN port/i.test(said)) {
    return undefined
  }
  return `${to.jump.name} is reached, but can't reach ${to.name} (${to.address} port ${to.port}): does that host run, and let ${to.jump.name} in?`
}

/** The last line of a program's words. */
function lastLine(said: string): string {
  return said.trimEnd().split('\n').at(-1)?.trim() ?? ''
}
