import { execFileSync } from 'node:child_process'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * What tells a process from all others, on any machine, at any time: a number alone is given to another process
 * when its own has ended, and is another process's in each container.
 */
export type ProcessMark = {
  machine: string
  /** The machine's present boot, and the space of process numbers on it; empty where neither is known. */
  boot: string
  pid: number
  /** When the process started, as the system counts it. */
  started: string
}

/** The mark of a running process of this machine; undefined when there is no such process. */
export function markProcess(pid = process.pid): ProcessMark | undefined {
  const started = startOf(pid)
  return started === undefined ? undefined : { machine: hostname(), boot: boot(), pid, started }
}

/**
 * Whether a process is known to be gone: only where its number would be found here. That the machine has started
 * anew since is not taken for a sign: two machines can have one name.
 */
export function isGone(mark: ProcessMark): boolean {
  const here = mark.boot !== '' && mark.boot === boot() && mark.machine === hostname()
  return here && startOf(mark.pid) !== mark.started
}

/** Linux tells each boot by a random id (random(4)); elsewhere the microsecond of the boot does. */
function boot(): string {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    return `${id} ${readlinkSync('/proc/self/ns/pid')}`
  } catch {
    return run('sysctl', ['-n', 'kern.boottime']) ?? ''
  }
}

function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return run('ps', ['-o', 'lstart=', '-p', String(pid)])
  try {
    // Fields 3 and 22, the start in clock ticks since the boot (proc(5)); the command before them, in brackets, may
    // hold anything. A zombie has ended: only its parent hasn't looked yet.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function run(command: string, args: readonly string[]): string | undefined {
  try {
    const said = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
    return said || undefined
  } catch {
    return undefined
  }
}
