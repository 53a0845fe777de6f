import { type Host } from '../host/host.ts'
import { mustRun } from '../host/must-run.ts'

/** A host's own figures, in bytes. */
export type HostFigures = {
  memory: { total: number; available: number }
  /** The file system of Docker's data, without what it keeps for root: the log, images, containers. */
  disk: { total: number; free: number }
  /** Processes that ran or waited to, over a minute, and the processors there are for them. */
  load: number
  cpus: number
}

const read = `set -eu
grep -E '^(MemTotal|MemAvailable):' /proc/meminfo
df -P -k "$(docker info --format '{{.DockerRootDir}}')" | tail -n 1
cat /proc/loadavg
nproc`

/** Reads a host's figures. @throws UserError when it can't be reached. */
export async function readFigures(host: Host): Promise<HostFigures> {
  return parseFigures(await mustRun(host, 'reading its memory and disk', read))
}

/** The figures in what `/proc/meminfo`, `df -P -k`, `/proc/loadavg` and `nproc` say. */
export function parseFigures(text: string): HostFigures {
  const number = (pattern: RegExp) => Number(pattern.exec(text)?.[1] ?? Number.NaN)
  // df's line: file system, blocks, used, available, capacity, where; a name may hold spaces.
  const [, used, available] = /\s\d+\s+(\d+)\s+(\d+)\s+\d+%\s/.exec(text) ?? []
  return {
    memory: {
      total: number(/^MemTotal:\s+(\d+)/m) * 1024,
      available: number(/^MemAvailable:\s+(\d+)/m) * 1024,
    },
    disk: { total: (Number(used) + Number(available)) * 1024, free: Number(available) * 1024 },
    load: number(/^([\d.]+) [\d.]+ [\d.]+ \d+\/\d+ \d+$/m),
    cpus: number(/^(\d+)\s*$/m),
  }
}
