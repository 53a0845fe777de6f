import { hostKeyIn } from '../host/host-key.ts'
import { pinKeys } from '../host/host-keys.ts'
import { UserError } from '../script.ts'
import { showValue } from '../stack/show-value.ts'
import { type Target } from './target.ts'

/**
 * Pins keys that a person gives for hosts, each as `host-1 ssh-ed25519 AAAA…`.
 * @throws UserError for a text that isn't one, a host that isn't the target's, and a key that isn't the one pinned.
 */
export function pinGiven(
  { hosts, pinnedKeys }: Pick<Target, 'hosts' | 'pinnedKeys'>,
  given: readonly string[],
): void {
  for (const text of given) {
    const [, name, rest = ''] = /^(\S+)\s+(.*)$/s.exec(text.trim()) ?? []
    const host = hosts.find(one => one.name === name)
    const key = hostKeyIn(rest)
    if (!host || !key) {
      const names = hosts.map(one => one.name).join(', ')
      throw new UserError(
        `--host-key is ${showValue(text)}; allowed: a host (${names}) and its key, such as 'host-1 ssh-ed25519 AAAA…'`,
      )
    }
    pinKeys(pinnedKeys, host.keyName, [key])
  }
}
