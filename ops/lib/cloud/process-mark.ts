import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/**
 * What tells a process from all others, on any machine, at any time: a number alone is given to another process
 * when its own has ended, or when the machine has started anew.
 */
export type ProcessMark = {
  /** Name of the machine, and of its present boot. */
  machine: string
  boot: string
  pid: number
  /** When the process started, as the system counts it. */
  started: string
}

/** The mark of a running process of this machine; undefined when there is no such process. */
export function markProcess(pid = process.pid): ProcessMark | undefined {
  const started = startOf(pid)
  return started === undefined ? undefined : { machine: hostname(), boot: bootId(), pid, started }
}

/** Whether a process is known to be gone: only of this machine's can that be known. */
export function isGone(mark: ProcessMark): boolean {
  if (mark.machine !== hostname()) return false
  return mark.boot !== bootId() || startOf(mark.pid) !== mark.started
}

/** Linux tells the boot by an id (random(4)); elsewhere the time of the boot does. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return run('sysctl', ['-n', 'kern.boottime']) ?? 'unknown'
  }
}

function startOf(pid: number): string | undefined {
  try {
    // Field 22, in clock ticks since the boot (proc(5)); the command before it, in brackets, may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch (error) {
    if (process.platform === 'linux' && error instanceof Error && 'code' in error) return undefined
    return run('ps', ['-o', 'lstart=', '-p', String(pid)])
  }
}

function run(command: string, args: readonly string[]): string | undefined {
  try {
    return (
      execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() ||
      undefined
    )
  } catch {
    return undefined
  }
}
