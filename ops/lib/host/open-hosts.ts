import { rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Target } from '../deploy/target.ts'
import { makePrivateFolder } from '../private-folder.ts'
import { socketFolder } from './control-socket.ts'
import { type Host } from './host.ts'
import { openHost } from './ssh.ts'
import { type SshSettings, sshConfig } from './ssh-config.ts'

/** Where a target's hosts stand, and with which keys. */
type Hosts = Pick<Target, 'hosts' | 'pinnedKeys' | 'folder'>

/**
 * Writes the ssh_config of a target's hosts into its folder, for people too: `ssh -F FOLDER/ssh_config host-1`.
 * @returns its path.
 */
export async function writeSshConfig(
  { hosts, pinnedKeys, folder }: Hosts,
  limits: Pick<SshSettings, 'connectS' | 'aliveS'> = {},
): Promise<string> {
  const file = resolve(folder, 'ssh_config')
  const text = sshConfig(hosts, { pinnedKeys: resolve(pinnedKeys), sockets: socketFolder(), ...limits })
  makePrivateFolder(dirname(file))
  const aside = join(folder, `ssh_config.${process.pid}.part`)
  await writeFile(aside, text, { mode: 0o600 })
  await rename(aside, file)
  return file
}

/** A target's hosts, in its order; each is connected to by its first run. */
export type OpenHosts = { first: Host; all: readonly [Host, ...Host[]]; close(): Promise<void> }

/** Opens a target's hosts. @throws UserError for an address that ssh can't be told. */
export async function openHosts(target: Hosts): Promise<OpenHosts> {
  const configFile = await writeSshConfig(target)
  const [first, ...others] = target.hosts
  const all: readonly [Host, ...Host[]] = [
    openHost(first, { configFile }),
    ...others.map(host => openHost(host, { configFile })),
  ]
  return {
    first: all[0],
    all,
    close: async () => {
      await Promise.all(all.map(host => host.close()))
    },
  }
}
