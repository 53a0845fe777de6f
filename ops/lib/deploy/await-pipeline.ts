import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type KeyFiles } from '../cloud/key-files.ts'
import { type Found } from '../cloud/part.ts'
import { type Host } from '../host/host.ts'
import { pinnedKeys } from '../host/host-keys.ts'
import { Unreachable } from '../host/ssh-failure.ts'
import { connect } from './connect.ts'
import { awaitDocker } from './first-boot.ts'
import { passGates } from './gates.ts'
import { readRunning } from './running.ts'
import { type Target } from './target.ts'

/** How long a host may take from its start to an sshd that answers, in ms. */
const bootMs = 5 * 60_000

/** How long services may take after that, in ms: the log reads what it has on its disk, and others wait for it. */
const startMs = 5 * 60_000
const pollMs = 3_000

/** Whether the first host was ever worked on from this machine: its key is pinned before anything is sent to it. */
export function wasReached({ folder }: KeyFiles, things: ReadonlyMap<string, Found>): boolean {
  const first = things.get('host-1')
  return first !== undefined && pinnedKeys(join(folder, 'known_hosts'), first.id).length > 0
}

/**
 * Waits until the pipeline is ready on hosts that have just started: Swarm starts its services by itself.
 * @returns whether there is one: false where nothing was deployed.
 * @throws UserError when it isn't ready in time.
 */
export async function awaitPipeline(target: Target, say: (what: string) => void): Promise<boolean> {
  const connection = await connect(target)
  const { manager } = connection
  try {
    await answering(manager, say)
    await awaitDocker(manager, say)
    const { current, swarm } = await readRunning(manager, target.stack)
    if (!current || !swarm) return false
    await passGates({
      host: manager,
      port: current.variables.DASHBOARD_PORT || '80',
      workers: Number(current.variables.WORKERS || 3),
      patienceMs: startMs,
      say,
      signal: new AbortController().signal,
    })
    return true
  } finally {
    await connection.close()
  }
}

async function answering(host: Host, say: (what: string) => void): Promise<void> {
  for (const until = Date.now() + bootMs; ; await sleep(pollMs)) {
    try {
      await host.run('true')
      return
    } catch (error) {
      if (!(error instanceof Unreachable) || Date.now() > until) throw error
      say(`${host.address.name} starts`)
    }
  }
}
