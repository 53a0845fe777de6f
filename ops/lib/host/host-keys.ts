import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fingerprint } from '../cloud/ssh-key.ts'
import { makePrivateFolder } from '../private-folder.ts'
import { UserError } from '../script.ts'
import { type HostKey, hostKeyIn, sortedKeys } from './host-key.ts'
import { knownHosts } from './known-hosts.ts'

/**
 * Keys that a person gives for a host: lines as in a `.pub` file, or the host's lines of a known_hosts file.
 * @param from names the text in errors: the file's path.
 * @param names under which the host may stand in known_hosts: `198.51.100.7`, `[198.51.100.7]:2222`.
 * @throws UserError when the text holds none for it.
 */
export function givenKeys(text: string, from: string, names: readonly string[]): HostKey[] {
  const known = knownHosts(text).filter(({ isFor }) => names.some(isFor))
  const marked = known.find(({ mark }) => mark !== undefined)
  if (marked) {
    throw new UserError(`${from} has a line with ${marked.mark}: give the host's own key, ssh-ed25519 AAAA…`)
  }
  // In a `.pub` file a line begins with the key; behind another beginning it is another host's.
  const bare = text.split('\n').flatMap(line => {
    const key = hostKeyIn(line)
    return key && line.trimStart().startsWith(key) ? [key] : []
  })
  const keys = sortedKeys([...known.map(({ key }) => key), ...bare])
  if (keys.length > 0) return keys
  throw new UserError(
    `${from} holds no key of ${names.join(' or ')}: give lines such as \`ssh-ed25519 AAAA…\`, from the host's /etc/ssh/ssh_host_ed25519_key.pub, or a known_hosts file that names the host`,
  )
}

/** The keys that are pinned under a name; none when there is no such file or name. */
export function pinnedKeys(file: string, name: string): HostKey[] {
  return sortedKeys(
    knownHosts(read(file))
      .filter(line => line.isFor(name))
      .map(({ key }) => key),
  )
}

/** What a change of pinned keys is. */
export type Pinned = 'new' | 'same' | 'replaced'

/**
 * Pins a host's keys under a name in a known_hosts file of its own (0600, written whole or not at all). Keys that are
 * all pinned already change nothing. It works without a pause, so that two hosts of one process can't overtake.
 * @param options.replace whether these take the place of those that are pinned.
 * @throws UserError with both fingerprints when other keys are pinned.
 */
export function pinKeys(
  file: string,
  name: string,
  keys: readonly HostKey[],
  { replace = false }: { replace?: boolean } = {},
): Pinned {
  const wanted = sortedKeys(keys)
  const there = pinnedKeys(file, name)
  if (wanted.length === 0 || wanted.some(key => hostKeyIn(key) !== key) || !/^\w[\w.:-]*$/.test(name)) {
    throw new TypeError(`no keys that could be pinned as ${JSON.stringify(name)}`)
  }
  const known = wanted.every(key => there.includes(key))
  if (known && (!replace || there.length === wanted.length)) return 'same'
  if (there.length > 0 && !replace) {
    throw new UserError(
      `${name} has another key than the one that is pinned: ${shown(wanted)} instead of ${shown(there)}. A host that was made anew has one; when that is so, say that its key is to be replaced. Otherwise somebody stands between: don't go on`,
    )
  }
  const others = read(file)
    .split('\n')
    .filter(line => line && !knownHosts(line).some(known => known.isFor(name)))
  const lines = [...others, ...wanted.map(key => `${name} ${key}`)]
  makePrivateFolder(dirname(file))
  const aside = `${file}.${process.pid}.part`
  writeFileSync(aside, `${lines.join('\n')}\n`, { mode: 0o600, flush: true })
  chmodSync(aside, 0o600)
  renameSync(aside, file)
  return there.length > 0 ? 'replaced' : 'new'
}

function shown(keys: readonly HostKey[]): string {
  return keys.slice(0, 1).map(fingerprint).join('')
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
