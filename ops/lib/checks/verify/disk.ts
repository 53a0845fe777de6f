import { type HostFigures, readFigures } from '../../status/figures.ts'
import { type Check, type Outcome } from '../check.ts'
import { type HostsContext } from './context.ts'

/** Shares of a disk that is filled, in per cent. Redpanda takes no records once 5 GiB are left, of 30. */
const muchPercent = 80
const fullPercent = 90

/** Whether the hosts' disks have room for the log, and for the next image. */
export const diskCheck: Check<Pick<HostsContext, 'connection'>> = {
  id: 'disk',
  title: 'disks',
  looksAt: `the disk with Docker's data is less than ${muchPercent} % full on every host`,
  needs: ['host'],
  run: async ({ connection }) => {
    const { hosts } = await connection()
    return judgeDisks(
      await Promise.all(
        hosts.map(async host => ({ name: host.address.name, disk: (await readFigures(host)).disk })),
      ),
    )
  },
}

/** Disks of hosts, in bytes. */
export function judgeDisks(disks: readonly { name: string; disk: HostFigures['disk'] }[]): Outcome {
  const filled = disks.map(({ name, disk }) => ({
    ...{ name, free: disk.free },
    percent: Math.floor(100 * (1 - disk.free / disk.total)),
  }))
  const found = filled
    .map(
      ({ name, percent, free }) =>
        `${name} is ${percent} % full, with ${(free / 2 ** 30).toFixed(1)} GiB free`,
    )
    .join('\n')
  const most = Math.max(...filled.map(({ percent }) => percent))
  if (most < muchPercent) return { state: 'ok', found }
  return {
    state: most < fullPercent ? 'warning' : 'failed',
    found,
    fix: 'RUNBOOK.md, broker-full: a larger disk; docker system df on the host says what fills it',
  }
}
