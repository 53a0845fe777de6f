import { type Connection } from './connect.ts'
import { DeployError } from './deploy-error.ts'
import { type Deployment } from './plan.ts'
import { prune } from './prune.ts'
import { spreadWorkers } from './spread-workers.ts'
import { type Stages } from './stages.ts'

/** A release that serves. */
type Serving = {
  connection: Connection
  deployment: Deployment
  stages: Stages
  signal: AbortSignal
  /** Notes in the host's audit log what came of it. */
  note(result: string): Promise<void>
}

/**
 * Does what comes once a release serves: notes it, shares the workers out, removes what only older releases need. One of
 * these that fails doesn't keep the others from being done.
 * @throws DeployError that says that the release serves, and what wasn't done.
 */
export async function finish({ connection, deployment, stages, signal, note }: Serving): Promise<void> {
  const { manager, hosts, target } = connection
  const { release, variables } = deployment
  const why: string[] = []
  const undone: string[] = []
  const attempt = async (doing: string, work: () => Promise<void>, whoDoes = '') => {
    try {
      await work()
    } catch (error) {
      why.push(`${doing}: ${error instanceof Error ? error.message : String(error)}`)
      undone.push(whoDoes ? `${doing} (${whoDoes} does it)` : doing)
    }
  }
  await attempt('noting it in the audit log', () => note('serves'))
  if (hosts.length > 1) {
    await attempt(
      'sharing its workers out among the hosts',
      () => spreadWorkers({ manager, stack: target.stack, deployment, stages, signal }),
      `npx zx ops/scale.ts --workers ${variables.WORKERS || 3}`,
    )
  }
  await attempt(
    'removing what only older releases need',
    async () => {
      signal.throwIfAborted()
      await prune(connection)
    },
    'the next deploy',
  )
  if (undone.length === 0) return
  throw new DeployError(
    `${why.join('\n')}\nrelease ${release} serves; not done: ${undone.join('; ')}`,
    release,
    true,
  )
}
