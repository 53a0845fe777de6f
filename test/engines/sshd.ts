import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findCommand } from '../../ops/lib/checks/find-command.ts'
import { freePort } from './free-port.ts'

/** Daemons aren't in every user's search path. */
const searchPath = `${process.env.PATH}:/usr/sbin:/usr/local/sbin`

const keygen = 'ssh-keygen'

/** A real sshd on 127.0.0.1, as this user, that lets one key in. */
export type Sshd = {
  port: number
  user: string
  /** Its host key, `ssh-ed25519 AAAA…`. */
  hostKey: string
  /** File of the private key that it lets in. */
  identity: string
  /** Home of who logs in. */
  home: string
  /** All of its processes stop where they are, and go on: a host that is silent. */
  freeze(): void
  thaw(): void
  /** Ends the processes of its connections: they break. */
  dropConnections(): void
  stop(): Promise<void>
}

/**
 * Starts an sshd with a host key of its own.
 * @param settings more lines of its sshd_config.
 * @param reuse gives the port and the key that is let in of another, whose place it takes.
 */
export async function startSshd(settings: readonly string[] = [], reuse?: Sshd): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'wikiflow-sshd-'))
  const port = reuse?.port ?? (await freePort())
  const hostKeyFile = join(folder, 'host-key')
  const identity = join(folder, 'identity')
  const home = join(folder, 'home')
  mkdirSync(home)
  for (const file of [hostKeyFile, identity]) {
    execFileSync(keygen, ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', file])
  }
  const config = join(folder, 'sshd_config')
  const lines = [
    ...settings,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKeyFile}`,
    `AuthorizedKeysFile ${reuse?.identity ?? identity}.pub`,
    'PidFile none',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication no',
    'PermitRootLogin yes',
    'PrintMotd no',
    'PrintLastLog no',
    'MaxStartups 200',
    `SetEnv HOME=${home}`,
    'LogLevel ERROR',
  ]
  writeFileSync(config, `${lines.join('\n')}\n`)
  // Of root's sshd; the folder is made at a system's start, which a container doesn't have.
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const program = findCommand('sshd', undefined, searchPath)
  if (!program) throw new Error('sshd is not installed: apt-get install openssh-server')
  const server = spawn(program, ['-D', '-f', config], { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = once(server, 'exit')
  const pid = server.pid ?? 0
  const signal = (name: NodeJS.Signals, pids: readonly number[]) => {
    for (const one of pids) {
      try {
        process.kill(one, name)
      } catch {
        // It has ended meanwhile.
      }
    }
  }
  const sshd: Sshd = {
    port,
    user: userInfo().username,
    hostKey: readFileSync(`${hostKeyFile}.pub`, 'utf8').trim(),
    identity: reuse?.identity ?? identity,
    home,
    freeze: () => signal('SIGSTOP', [pid, ...sshdsBelow(pid)]),
    thaw: () => signal('SIGCONT', [pid, ...sshdsBelow(pid)]),
    dropConnections: () => signal('SIGKILL', sshdsBelow(pid)),
    stop: async () => {
      const all = [pid, ...sshdsBelow(pid)]
      signal('SIGKILL', all)
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await listening(port, () => server.exitCode !== null)
  return sshd
}

/** The sshd processes that serve its connections: their children are what runs in them. */
function sshdsBelow(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  if (!existsSync(file)) return []
  const children = readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number)
  return children.filter(isSshd).flatMap(child => [child, ...sshdsBelow(child)])
}

function isSshd(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('sshd')
  } catch {
    return false
  }
}

async function listening(port: number, ended: () => boolean): Promise<void> {
  for (;;) {
    if (ended()) throw new Error('sshd has ended: see what it said above')
    const socket = connect(port, '127.0.0.1')
    const up = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false)
    socket.destroy()
    if (up) return
    await sleep(20)
  }
}
