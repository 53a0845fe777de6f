import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { removeCgroups } from './cgroups.ts'
import { anyClaimed, claim, release, sweep } from './claim.ts'
import { must, runCommand } from './command.ts'

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
  await sweep(remove)
  const number = await claim(freeNumbers())
  const network = {
    number,
    gateway: `10.213.${number}.1`,
    bridge: bridgeOf(number),
    folder: folderOf(number),
  }
  // This machine may have lost its power under an earlier one.
  await clear(number)
  await mkdir(network.folder, { mode: 0o711 })
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
      if (!wasForwarding && !(await anyClaimed())) await writeFile(forwarding, '0')
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

/** Numbers from 1 to 254 whose networks aren't this machine's for something else. */
function freeNumbers(): number[] {
  const taken = Object.values(networkInterfaces()).flatMap(all => all?.map(({ address }) => address) ?? [])
  return Array.from({ length: 254 }, (_, index) => index + 1).filter(
    number => !taken.some(address => address.startsWith(`10.213.${number}.`)),
  )
}

/** Removes what a network has here, all or what there is of it; its machines are gone already. */
async function clear(number: number): Promise<void> {
  for (const rule of rulesOf(number)) {
    while ((await runCommand('iptables', rule('-D'))).code === 0);
  }
  if (existsSync(`/sys/class/net/${bridgeOf(number)}`)) await must('ip', ['link', 'delete', bridgeOf(number)])
  await removeCgroups(`${bridgeOf(number)}-`)
  await rm(folderOf(number), { recursive: true, force: true })
}

async function remove(number: number): Promise<void> {
  await clear(number)
  await release(number)
}
