import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type HostAddress, type Ran } from '../../../ops/lib/host/host.ts'
import { type Booted, boot } from './boot.ts'
import { type CommandOptions, must, runCommand } from './command.ts'
import { type MachineNetwork } from './network.ts'
import { hostUser } from './system.ts'

/** A host made of namespaces on this Linux, with a disk, an address, an engine and an sshd of its own. */
export type Machine = {
  readonly name: string
  /** How it is reached by SSH, from here. */
  readonly host: HostAddress
  /** Its public key, as sshd shows it. */
  readonly hostKey: string
  /** The line of a known_hosts file that pins it. */
  readonly pinnedKey: string
  /** Runs a bash script in it as root, past sshd: how a test looks into it and does harm. */
  run(script: string, args?: readonly string[], options?: CommandOptions): Promise<Ran>
  /** Pulls its plug: all that runs in it is killed, its network is gone, its disk stays. */
  powerOff(): Promise<void>
  /** Starts it on its disk; over when its Docker answers. */
  powerOn(): Promise<void>
  /** Takes its network away, while it runs on. */
  cutOff(): Promise<void>
  reconnect(): Promise<void>
  /** Fills its disk until no more than `freeMib` are left (default 0). @throws Error without a `diskMib`. */
  fillDisk(freeMib?: number): Promise<void>
  freeDisk(): Promise<void>
  /** Ends it, and leaves nothing of it. */
  stop(): Promise<void>
}

/** What a machine is made of. */
export type MachineOptions = {
  name: string
  network: MachineNetwork
  /** The last number of its address, from 2 to 254. */
  number: number
  /** Folder of its system, which machines share and none changes: `unpackSystem()`. */
  system: string
  /** Private key for its user, with the public one beside it. */
  identity: string
  /** Tar file of the images that its Docker has from the start: `imagesTar()`. */
  images?: string
  /** Size of its disk; left out, it can take all that this machine has. */
  diskMib?: number
}

/** Makes a machine and starts it; over when its Docker answers, in a second or two. */
export async function startMachine(options: MachineOptions): Promise<Machine> {
  const { name, network, number, system, identity, images, diskMib } = options
  const address = `10.213.${network.number}.${number}`
  const disk = join(network.folder, name)
  const link = `wikihost${network.number}-${number}`
  await makeDisk(disk, diskMib)
  const publicKey = (await readFile(`${identity}.pub`, 'utf8')).trim()
  const cgroup = `${network.bridge}-${name}`
  const { gateway, bridge } = network
  const settings = { system, disk, name, address, gateway, bridge, link, cgroup, publicKey }
  const start = () => boot({ ...settings, ...(images !== undefined && { images }) })

  let booted: Booted | undefined = await start()
  const run = async (script: string, args: readonly string[] = [], runOptions: CommandOptions = {}) => {
    if (!booted) throw new Error(`${name} is off`)
    return runCommand(
      'nsenter',
      [`--target=${booted.pid}`, ...inside, 'bash', '-c', script, 'bash', ...args],
      runOptions,
    )
  }
  const wire = (state: 'up' | 'down') => must('ip', ['link', 'set', link, state]).then(() => {})
  const powerOff = async () => {
    await booted?.off()
    booted = undefined
  }
  const { stdout } = await run('cut -d" " -f1,2 /etc/ssh/ssh_host_ed25519_key.pub')
  const hostKey = stdout.trim()
  return {
    name,
    host: { name, user: hostUser, address, port: 22, identity, keyName: name },
    hostKey,
    pinnedKey: `${name} ${hostKey}`,
    run,
    powerOff,
    powerOn: async () => {
      if (booted) throw new Error(`${name} is on`)
      booted = await start()
    },
    cutOff: () => wire('down'),
    reconnect: () => wire('up'),
    fillDisk: async (freeMib = 0) => {
      if (diskMib === undefined) throw new Error(`${name} has no disk of its own: give it a diskMib`)
      const { code, stderr } = await run(fill, [String(freeMib)])
      if (code !== 0) throw new Error(`${name}'s disk can't be filled: ${stderr}`)
    },
    freeDisk: async () => {
      await run('rm -f /var/filler /var/filler.last')
    },
    stop: async () => {
      await powerOff()
      await rm(disk, { recursive: true, force: true })
      await rm(`${disk}.img`, { force: true })
    },
  }
}

/** Into all of a machine's namespaces, with the environment of its root. */
const inside = [
  ...['--mount', '--uts', '--ipc', '--net', '--pid', '--root', '--wd'],
  ...['env', '-i', 'HOME=/root', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
]

/** All but the last MiB at once; those are written, for the file system takes some for itself. */
const fill = `room=$(($(df --output=avail -BM /var | tail -n1 | tr -d M) - $1))
[ "$room" -le 16 ] || fallocate -l $((room - 16))M /var/filler
dd if=/dev/zero of=/var/filler.last bs=64K count=$(((room < 16 ? room : 16) * 16)) 2>/dev/null || [ "$1" = 0 ]`

async function makeDisk(disk: string, mib?: number): Promise<void> {
  await mkdir(disk)
  if (mib === undefined) return
  await must('truncate', ['-s', `${mib}M`, `${disk}.img`])
  await must('mkfs.ext4', ['-q', '-m', '0', `${disk}.img`])
}
