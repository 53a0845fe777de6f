import { createHmac } from 'node:crypto'
import { type HostKey, hostKeyIn } from './host-key.ts'

/** A line of a known_hosts file that names a key. */
export type KnownHost = {
  key: HostKey
  /** `@cert-authority`, `@revoked`; a plain line has none. */
  mark?: string
  /** Whether the line is about this name: an address, `[address]:port`, or a key's name. */
  isFor(name: string): boolean
}

/** The lines of a known_hosts file that hold a key (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"); patterns name no host. */
export function knownHosts(text: string): KnownHost[] {
  return text.split('\n').flatMap(line => {
    const key = hostKeyIn(line)
    const [, mark, names = ''] = /^\s*(?:(@\S+)\s+)?(\S+)\s/.exec(line) ?? []
    if (!key || line.trimStart().startsWith('#') || key.startsWith(`${names} `)) return []
    return { key, ...(mark ? { mark } : {}), isFor: name => isNamed(names, name) }
  })
}

/** Whether a field of names has this one; hashed names hold its HMAC-SHA1 (`HashKnownHosts`). */
function isNamed(field: string, name: string): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(field) ?? []
  if (salt === undefined) return field.split(',').includes(name)
  return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
}
