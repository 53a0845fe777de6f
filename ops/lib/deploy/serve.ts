import { endRestore } from '../backup/archive.ts'
import { noteAction } from '../host/audit-log.ts'
import { takeHostLock } from '../host/lock.ts'
import { type Release } from '../host/release.ts'
import { interruptible } from '../interrupt.ts'
import { type Lock } from '../lock/lock.ts'
import { UserError } from '../script.ts'
import { holdNodes } from '../swarm/held-nodes.ts'
import { ensureManager } from '../swarm/manager.ts'
import { nameOfNode, readNodes } from '../swarm/node-labels.ts'
import { joinNode } from '../swarm/nodes.ts'
import { carryOut } from './carry-out.ts'
import { type Connection } from './connect.ts'
import { finish } from './finish.ts'
import { type PipelineView, passGates } from './gates.ts'
import { type Deployment } from './plan.ts'
import { leftOver, type Present } from './present-hosts.ts'
import { type Running, readRunning, runningServices } from './running.ts'
import { type ServiceFiles } from './secrets.ts'
import { type Stages } from './stages.ts'

/** What was agreed to. */
export type Agreed = Present & {
  /** What ran when the plan was shown. */
  shown: Running
  /** Named in the lock and in the host's audit log. */
  action: 'deploy' | 'rollback'
  deployment: Deployment
  files: ServiceFiles
  /** Its files; left out, they are on the host. */
  release?: Release
  stages: Stages
}

/**
 * Makes a deployment serve while holding the host's lock, and notes on the host what became of it. Ctrl-C and a closed
 * terminal go back to what served before.
 * @throws UserError for whatever keeps it from serving; a DeployError says what serves instead, or what is left to do.
 */
export function serve(agreed: Agreed): Promise<void> {
  return interruptible(async interrupted => {
    const { connection, action, deployment } = agreed
    const { manager, target } = connection
    const lock = await takeHostLock(manager, target.stack, `${action} ${deployment.release}`)
    const note = (result: string) =>
      noteAction(manager, target.stack, { action, release: deployment.release, result })
    try {
      interrupted.throwIfAborted()
      await holding(lock, agreed, AbortSignal.any([lock.signal, interrupted]), note)
    } catch (error) {
      await note(error instanceof Error ? error.message : String(error)).catch(() => {})
      throw error
    } finally {
      await lock.release()
    }
  })
}

async function holding(
  lock: Lock,
  agreed: Agreed,
  signal: AbortSignal,
  note: (result: string) => Promise<void>,
): Promise<void> {
  const { connection, away, shown, deployment, files, release, stages } = agreed
  const { manager, hosts, target } = connection
  const { stack } = target
  const before = await readRunning(manager, stack)
  if (before.served[0] !== shown.served[0]) {
    throw new UserError(
      `${before.served[0]} was deployed after this plan was made: nothing was changed; run the same command again`,
    )
  }
  await note('begun')
  await ensureManager(manager)
  for (const host of hosts.slice(1)) await joinNode(manager, host)
  await holdNodes(manager, [...away, ...(await unused(agreed))])
  // A host that went down while its log was replaced has it in part.
  if (!runningServices(before).get('redpanda') && (await endRestore(manager, stack))) {
    stages.note('a restore was cut off while it replaced the log: it is ended')
  }
  await carryOut({
    ...{ stack, hosts, deployment, files, stages, signal, before, lock },
    ...(release && { release }),
    buildArgs: target.buildArgs ?? [],
  })
  await finish({ connection, deployment, stages, signal, note })
}

/** Names of hosts that were taken out of the description and not out of the Swarm: nobody hands them the image. */
async function unused({ connection: { manager, hosts }, away, stages }: Agreed): Promise<string[]> {
  const names = leftOver(await readNodes(manager), hosts).flatMap(node => nameOfNode(node) ?? [])
  const unused = names.filter(name => !away.includes(name))
  for (const name of unused) {
    stages.note(
      `${name} is in the Swarm, but not in the description: it gets no tasks; npx zx ops/scale.ts --nodes ${hosts.length + away.length} removes it`,
    )
  }
  return unused
}

/** Waits until all that serves says it is ready. @throws UserError that names what isn't. */
export function ready(
  { manager }: Connection,
  { variables }: Deployment,
  say: (what: string) => void,
): Promise<PipelineView> {
  return passGates({
    host: manager,
    port: variables.DASHBOARD_PORT || '80',
    workers: Number(variables.WORKERS || 3),
    say,
    signal: new AbortController().signal,
  })
}
