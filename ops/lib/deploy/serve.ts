import { noteAction } from '../host/audit-log.ts'
import { takeHostLock } from '../host/lock.ts'
import { type Release } from '../host/release.ts'
import { UserError } from '../script.ts'
import { holdNodes } from '../swarm/held-nodes.ts'
import { ensureManager } from '../swarm/manager.ts'
import { nameOfNode, readNodes } from '../swarm/node-labels.ts'
import { joinNode } from '../swarm/nodes.ts'
import { carryOut } from './carry-out.ts'
import { type Connection } from './connect.ts'
import { type PipelineView, passGates } from './gates.ts'
import { type Deployment } from './plan.ts'
import { leftOver, type Present } from './present-hosts.ts'
import { prune } from './prune.ts'
import { type Running, readRunning } from './running.ts'
import { type ServiceFiles } from './secrets.ts'
import { spreadWorkers } from './spread-workers.ts'
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
 * Makes a deployment serve while holding the host's lock, and notes on the host what became of it. Ctrl-C goes back to
 * what served before.
 * @throws UserError for whatever keeps it from serving; a DeployError says what serves instead.
 */
export async function serve(agreed: Agreed) {
  const { connection, away, shown, action, deployment, files, release, stages } = agreed
  const { manager, hosts, target } = connection
  const { stack } = target
  const lock = await takeHostLock(manager, stack, `${action} ${deployment.release}`)
  const interrupted = new AbortController()
  const onSignal = () => interrupted.abort(new UserError('interrupted'))
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal)
  const signal = AbortSignal.any([lock.signal, interrupted.signal])
  const note = (result: string) => noteAction(manager, stack, { action, release: deployment.release, result })
  try {
    const now = await readRunning(manager, stack)
    if (now.served[0] !== shown.served[0]) {
      throw new UserError(
        `${now.served[0]} was deployed after this plan was made: nothing was changed; run the same command again`,
      )
    }
    await note('begun')
    await ensureManager(manager)
    for (const host of hosts.slice(1)) await joinNode(manager, host)
    await holdNodes(manager, [...away, ...(await unused(agreed))])
    await carryOut({
      ...{ stack, hosts, deployment, files, stages, signal },
      ...(release && { release }),
      previous: now.current,
      buildArgs: target.buildArgs ?? [],
    })
    await note('serves')
    if (hosts.length > 1) await spreadWorkers({ manager, stack, deployment, stages, signal })
    await prune(connection)
  } catch (error) {
    await note(error instanceof Error ? error.message : String(error)).catch(() => {})
    throw error
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    await lock.release()
  }
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
