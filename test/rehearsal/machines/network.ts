import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { isGone, markProcess, type ProcessMark } from '../../../ops/lib/cloud/process-mark.ts'
import { must, runCommand } from './command.ts'

/** One link a network in use; its text is the mark of the process that uses it. Gone with a reboot, as networks are. */
const claims = '/run/wikiflow-rehearsal'
const forwarding = '/proc/sys/net/ipv4/ip_forward'

/** A network of machines on this one: a bridge, and a way out to the internet. */
export type MachineNetwork = {
  /** Its number; the network is 10.213.<number>.0/24. */
  number: number
  /** This machine's address on it. */
  gateway: string
  /** The bridge's name. */
  bridge: string
  /** Where its machines keep their disks; gone with the network. */
  folder: string
  /** @throws Error while a machine is still on it: stop it first. */
  close(): Promise<void>
}

/** Opens a network that no other rehearsal uses, and clears away what killed ones have left. Needs root. */
export async function openNetwork(): Promise<MachineNetwork> {
  if (process.getuid?.() !== 0)
    throw new Error('a rehearsal makes machines out of namespaces: run it as root')
  await mkdir(claims, { recursive: true })
  await sweep()
  const number = await claim()
  const network = {
    number,
    gateway: `10.213.${number}.1`,
    bridge: bridgeOf(number),
    folder: folderOf(number),
  }
  await mkdir(network.folder, { recursive: true, mode: 0o711 })
  await must('ip', ['link', 'add', network.bridge, 'type', 'bridge'])
  await must('ip', ['address', 'add', `${network.gateway}/24`, 'dev', network.bridge])
  await must('ip', ['link', 'set', network.bridge, 'up'])
  const wasForwarding = (await readFile(forwarding, 'utf8')).trim() === '1'
  if (!wasForwarding) await writeFile(forwarding, '1')
  for (const rule of rulesOf(number)) await must('iptables', rule('-I'))
  return {
    ...network,
    close: async () => {
      await remove(number)
      if (!wasForwarding && (await readdir(claims)).length === 0) await writeFile(forwarding, '0')
    },
  }
}

const bridgeOf = (number: number) => `wikirehearse${number}`
const folderOf = (number: number) => `/var/tmp/wikiflow-rehearsal-${number}`

/** What is put into this machine's tables, in front of what a firewall or another Docker has there. */
function rulesOf(number: number): ((verb: '-I' | '-D') => string[])[] {
  const bridge = bridgeOf(number)
  const net = `10.213.${number}.0/24`
  const note = ['-m', 'comment', '--comment', `wikiflow-rehearsal-${number}`]
  return [
    verb => ['-w', '-t', 'nat', verb, 'POSTROUTING', '-s', net, '!', '-d', net, ...note, '-j', 'MASQUERADE'],
    verb => ['-w', verb, 'FORWARD', '-i', bridge, ...note, '-j', 'ACCEPT'],
    verb => ['-w', verb, 'FORWARD', '-o', bridge, ...note, '-j', 'ACCEPT'],
    verb => ['-w', verb, 'INPUT', '-i', bridge, ...note, '-j', 'ACCEPT'],
  ]
}

async function claim(): Promise<number> {
  const taken = Object.values(networkInterfaces()).flatMap(
    addresses => addresses?.map(({ address }) => address) ?? [],
  )
  for (let number = 1; number < 255; number++) {
    if (taken.some(address => address.startsWith(`10.213.${number}.`))) continue
    try {
      await symlink(JSON.stringify(markProcess()), join(claims, String(number)))
      return number
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
  throw new Error('no network from 10.213.1.0/24 to 10.213.254.0/24 is free')
}

/** Removes the networks of processes that are gone; their machines went with them. */
async function sweep(): Promise<void> {
  for (const name of await readdir(claims)) {
    const mark: ProcessMark | undefined = await readlink(join(claims, name)).then(JSON.parse, () => undefined)
    if (mark && isGone(mark)) await remove(Number(name))
  }
}

async function remove(number: number): Promise<void> {
  for (const rule of rulesOf(number)) {
    while ((await runCommand('iptables', rule('-D'))).code === 0);
  }
  if (existsSync(`/sys/class/net/${bridgeOf(number)}`)) await must('ip', ['link', 'delete', bridgeOf(number)])
  await rm(folderOf(number), { recursive: true, force: true })
  await rm(join(claims, String(number)), { force: true })
}
