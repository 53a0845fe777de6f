import { leftStopped } from '../backup/standstill.ts'
import { type Connection, connect } from '../deploy/connect.ts'
import { lockedAction } from '../deploy/locked-action.ts'
import { openTarget, type TargetChoice } from '../deploy/open-target.ts'
import { type Deployment } from '../deploy/plan.ts'
import { readRunning } from '../deploy/running.ts'
import { settle } from '../deploy/settle.ts'
import { type Stages, showStages } from '../deploy/stages.ts'
import { standingOf } from '../deploy/standing.ts'
import { naming, nextCommand } from '../deploy/target-flags.ts'
import { assertDeployed } from '../scale/deployed.ts'
import { UserError } from '../script.ts'
import { type SwarmStack } from '../swarm/swarm.ts'
import { upgradeLines } from './render.ts'
import { replaceLog } from './replace-log.ts'
import { type Asked, planUpgrade, splitImage, type Upgrade } from './versions.ts'

/** What is asked for, and how. */
export type UpgradeOptions = TargetChoice &
  Asked & {
    planOnly: boolean
    /** Standard output holds JSON alone: the plan and progress go elsewhere. */
    json: boolean
    agree(): Promise<boolean>
  }

/** What came of it. */
export type UpgradeOutcome = Upgrade & {
  result: 'nothing to do' | 'planned' | 'declined' | 'done'
  /** What is true now, and what to do next. */
  closing: string
}

/**
 * Moves the log to another version: plan, question, the image; then the new version is healthy and all is ready, or the
 * old one runs again.
 * @throws UserError for a move that Redpanda doesn't make, and when the new version doesn't get healthy.
 */
export async function upgrade(options: UpgradeOptions): Promise<UpgradeOutcome> {
  const connection = await connect(await openTarget(options))
  const { manager, target } = connection
  const out = options.json ? process.stderr : process.stdout
  const stages = showStages(out, options)
  try {
    const { deployment, swarm } = assertDeployed(await readRunning(manager, target.stack))
    const plan = planUpgrade(imageOf(deployment, swarm), options)
    const end = (result: UpgradeOutcome['result'], closing: string): UpgradeOutcome => ({
      ...{ ...plan, result, closing },
    })
    const tag = splitImage(plan.to).tag
    out.write(`${naming(upgradeLines(plan, target.stack).join('\n'), options)}\n`)
    if (plan.step === 'same') {
      const known = { manager, stack: target.stack, deployment, known: new Map(), services: ['redpanda'] }
      const { signal } = new AbortController()
      await stages.run('readiness', say => settle({ ...known, say, signal }))
      return end('nothing to do', `Nothing to do: the log runs ${tag}.`)
    }
    if (options.planOnly) return end('planned', 'Nothing was changed.')
    if (!(await options.agree())) return end('declined', 'Nothing was changed.')
    await carryOut(plan, { connection, deployment, stages })
    return end('done', `The log runs ${tag}, and deploys keep it. Next: ${nextCommand('status.ts', options)}`)
  } finally {
    stages.close()
    await connection.close()
  }
}

function carryOut(
  { from, to, step }: Upgrade,
  { connection, deployment, stages }: { connection: Connection; deployment: Deployment; stages: Stages },
): Promise<void> {
  return lockedAction(connection, `upgrade the log to ${to}`, async (signal, assertHeld) => {
    const log = { connection, deployment, stages, signal, assertHeld }
    await replaceLog(log, { from, to, isOneWay: step === 'feature' })
    return 'done'
  })
}

/** The image of the log, where it is ours to say. @throws UserError where it isn't, or while the log stands still. */
export function imageOf(deployment: Deployment, swarm: SwarmStack): string {
  if (!swarm.services.has('redpanda') || deployment.variables.KAFKA_BROKERS) {
    throw new UserError('brokers of your own keep the log: their version is theirs to change')
  }
  const stopped = leftStopped(swarm)
  if (stopped.length > 0) {
    throw new UserError(
      `${stopped.join(' and ')} stand still: unless somebody is at work on the stack, npx zx ops/deploy.ts starts them; then the same command again`,
    )
  }
  const { REDPANDA_IMAGE } = standingOf(deployment)
  if (REDPANDA_IMAGE !== undefined) return REDPANDA_IMAGE
  const [last] = deployment.compose.toReversed()
  throw new UserError(
    `a Compose file of the target names the log's image (${last?.name}): have it say \${REDPANDA_IMAGE:-…}, or change it there and deploy`,
  )
}
