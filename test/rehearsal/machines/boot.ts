import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { removeCgroups } from './cgroups.ts'
import { must, runCommand } from './command.ts'
import { hostUser } from './system.ts'

const script = join(import.meta.dirname, 'boot.sh')
const namespaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--fork', '--kill-child']

/** How long a machine may take from its start to a Docker that answers, in ms; seen: 1 200, a loaded one 5 000. */
const bootMs = 60_000

/** What a machine boots with. */
export type BootSettings = {
  /** Folder of the system that machines share, and none changes. */
  system: string
  /** Folder of what this machine changes; `<disk>.img`, where there is one, is mounted on it. */
  disk: string
  name: string
  address: string
  gateway: string
  bridge: string
  /** Name of its end of the wire. */
  link: string
  /** Name of the control group that its containers are below. */
  cgroup: string
  publicKey: string
  /** Tar file of what an engine's folder holds at its first start. */
  images?: string
}

/** A machine that is on. */
export type Booted = {
  /** Its first process, by the number that it has here. */
  pid: number
  /** Kills all that runs in it, and takes its network. */
  off(): Promise<void>
}

/** Starts a machine's namespaces; over when its Docker answers. @throws Error with what it said, when it doesn't. */
export async function boot(settings: BootSettings): Promise<Booted> {
  const { name, bridge, link, cgroup } = settings
  const shell = spawn('unshare', [...namespaces, 'bash', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    // A Ctrl-C in the terminal isn't meant for it.
    detached: true,
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      SYSTEM: settings.system,
      DISK: settings.disk,
      NAME: name,
      ADDRESS: settings.address,
      GATEWAY: settings.gateway,
      CGROUP: cgroup,
      RESOLVERS: resolvers(),
      IMAGES: settings.images ?? '',
      HOST_USER: hostUser,
      PUBLIC_KEY: settings.publicKey,
    },
  })
  const ended = once(shell, 'exit')
  let said = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', text => (said += text))
  const pid = await firstChild(shell)
  const off = async () => {
    if (shell.exitCode === null && shell.signalCode === null) process.kill(pid, 'SIGKILL')
    await ended
    await runCommand('ip', ['link', 'delete', link])
    await removeCgroups(cgroup)
  }
  try {
    const card = ['name', 'eth0', 'address', cardOf(settings.address), 'netns', String(pid)]
    await must('ip', ['link', 'add', link, 'type', 'veth', 'peer', ...card])
    await must('ip', ['link', 'set', link, 'master', bridge, 'up'])
    const until = Date.now() + bootMs
    while (!said.endsWith('up\n')) {
      if (shell.exitCode !== null || Date.now() > until) throw new Error(`${name} didn't come up: ${said}`)
      await sleep(20)
    }
  } catch (error) {
    await off()
    throw error
  }
  return { pid, off }
}

async function firstChild({ pid, exitCode }: ChildProcess): Promise<number> {
  for (;;) {
    if (pid === undefined || exitCode !== null)
      throw new Error('unshare of util-linux is missing, or may not be used')
    const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ')
    if (child) return Number(child)
    await sleep(5)
  }
}

/** A network card's address, which a reboot leaves as it was: its neighbours remember it for a minute. */
function cardOf(address: string): string {
  const octets = address.split('.').map(octet => Number(octet).toString(16).padStart(2, '0'))
  return ['02', '00', ...octets].join(':')
}

/** The file of this machine's name servers: systemd's own listener can't be reached from another network. */
function resolvers(): string {
  const behindListener = '/run/systemd/resolve/resolv.conf'
  return existsSync(behindListener) ? behindListener : '/etc/resolv.conf'
}
