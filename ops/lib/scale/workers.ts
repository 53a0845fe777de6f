import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection, connect } from '../deploy/connect.ts'
import { standing } from '../deploy/converge.ts'
import { readPipeline } from '../deploy/gates.ts'
import { lockedAction } from '../deploy/locked-action.ts'
import { openTarget } from '../deploy/open-target.ts'
import { type Deployment } from '../deploy/plan.ts'
import { readRunning } from '../deploy/running.ts'
import { settle } from '../deploy/settle.ts'
import { spreadWorkers } from '../deploy/spread-workers.ts'
import { type Stages, showStages } from '../deploy/stages.ts'
import { nextCommand } from '../deploy/target-flags.ts'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'
import { scaleService } from '../swarm/spread.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { assertDeployed } from './deployed.ts'
import { type Description, describedSize } from './description.ts'
import { assertFits } from './memory.ts'
import { type ScaleOptions, type ScaleOutcome } from './outcome.ts'
import { notSharedOut } from './shared-out.ts'
import { planWorkers } from './workers-plan.ts'

/** How long workers may take to share the log out anew, in ms: members wait for one another some seconds each round. */
const shareMs = 60_000
const pollMs = 1_000

const wayOut =
  'Larger hosts hold more (host.type in wikiflow.config.ts, then npx zx ops/provision.ts), and so do more of them: npx zx ops/scale.ts --nodes 2'

/**
 * Has so many workers run: plan, question, the description, the Swarm; waits until they have shared out the log.
 * @throws UserError when they don't fit the hosts, nothing is deployed, or they don't get ready.
 */
export async function scaleWorkers(count: number, options: ScaleOptions): Promise<ScaleOutcome> {
  const description = await describedSize(options)
  const connection = await connect(await openTarget(options))
  const out = options.json ? process.stderr : process.stdout
  const stages = showStages(out, options)
  try {
    const { deployment, swarm } = assertDeployed(
      await readRunning(connection.manager, connection.target.stack),
    )
    const { lines, filled, isSettled, isMore } = planWorkers(count, {
      ...{ swarm, description, stack: connection.target.stack },
    })
    const end = (result: ScaleOutcome['result'], closing: string): ScaleOutcome => ({
      ...{ result, plan: lines, closing },
    })
    out.write(`${lines.join('\n')}\n`)
    if (isMore) assertFits(filled, `${count} workers`, wayOut)
    await description.check({ workers: count })
    if (isSettled) return end('nothing to do', `Nothing to do: ${count} workers run.`)
    if (options.planOnly) return end('planned', 'Nothing was changed.')
    if (!(await options.agree())) return end('declined', 'Nothing was changed.')
    await carryOut(count, { connection, description, deployment, stages })
    return end(
      'done',
      `${count} workers run, and have shared out the log. Next: ${nextCommand('status.ts', options)}`,
    )
  } finally {
    stages.close()
    await connection.close()
  }
}

type Scaling = { connection: Connection; description: Description; deployment: Deployment; stages: Stages }

function carryOut(count: number, { connection, description, deployment, stages }: Scaling): Promise<void> {
  const { manager, target } = connection
  const { stack } = target
  return lockedAction(connection, `scale --workers ${count}`, async signal => {
    await description.save({ workers: count })
    const wanted = { ...deployment, variables: { ...deployment.variables, WORKERS: String(count) } }
    const scaled = { manager, stack, deployment: wanted, signal }
    await stages.run(`${count} workers`, async say => {
      const known = standing(await readSwarmStack(manager, stack))
      await scaleService(manager, stack, 'worker', count)
      await settle({ ...scaled, services: ['worker'], known, say })
    })
    await spreadWorkers({ ...scaled, stages })
    await stages.run('sharing out the log', say => sharedOut(manager, wanted, say, signal))
    return 'done'
  })
}

async function sharedOut(
  manager: Host,
  { variables }: Deployment,
  say: (what: string) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const until = Date.now() + shareMs; ; await sleep(pollMs)) {
    signal.throwIfAborted()
    const why = notSharedOut(await readPipeline(manager, variables.DASHBOARD_PORT || '80'))
    if (why === undefined) return
    if (Date.now() > until) throw new UserError(`${why}, after ${shareMs / 1_000} s`)
    say(why)
  }
}
