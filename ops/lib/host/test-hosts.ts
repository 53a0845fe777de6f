import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Sshd } from '../../../test/engines/sshd.ts'
import { type Host, type HostAddress } from './host.ts'
import { hostKeyIn } from './host-key.ts'
import { pinKeys } from './host-keys.ts'
import { writeSshConfig } from './open-hosts.ts'
import { openHost } from './ssh.ts'

/** A folder that goes with the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-host-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The address of an sshd. */
export function addressOf(sshd: Sshd, changes: Partial<HostAddress> = {}): HostAddress {
  const { user, port, identity } = sshd
  return { name: 'host-1', user, address: '127.0.0.1', port, identity, keyName: `key-${port}`, ...changes }
}

/** Opens a host until the test's end, with the keys of these sshds pinned; a silent one is given up after 3 s. */
export async function open(address: HostAddress, pinned: readonly Sshd[]): Promise<Host> {
  const folder = testFolder()
  const known = join(folder, 'known_hosts')
  for (const { port, hostKey } of pinned) pinKeys(known, `key-${port}`, [hostKeyIn(hostKey) ?? ''])
  const limits = { connectS: 3, aliveS: 1 }
  const configFile = await writeSshConfig({ hosts: [address], pinnedKeys: known, folder }, limits)
  const host = openHost(address, { configFile })
  onTestFinished(() => host.close())
  return host
}
