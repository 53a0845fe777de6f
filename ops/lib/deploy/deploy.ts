import { assertOurs } from './another-user.ts'
import { connect } from './connect.ts'
import { assertContact } from './contact.ts'
import { assembleNext, isSettled, withVariables } from './next.ts'
import { openTarget, type TargetChoice } from './open-target.ts'
import { type DeployPlan, planDeploy } from './plan.ts'
import { joining, presentHosts } from './present-hosts.ts'
import { renderDeployPlan } from './render.ts'
import { readRunning, runningServices } from './running.ts'
import { ready, serve } from './serve.ts'
import { readSince } from './since.ts'
import { showStages } from './stages.ts'
import { type Target } from './target.ts'
import { nextCommand } from './target-flags.ts'

export type DeployOptions = TargetChoice & {
  /** Where the source begins while the log is empty: SOURCE_SINCE. */
  since?: string | undefined
  planOnly: boolean
  /** Standard output holds JSON alone: the plan and progress go elsewhere. */
  json: boolean
  agree(): Promise<boolean>
}

/** What came of a deploy. */
export type DeployOutcome = {
  result: 'nothing to do' | 'planned' | 'declined' | 'done'
  plan: DeployPlan
  /** Whether the planned release serves now. */
  serves: boolean
  /** What is true now, and what to do next. */
  closing: string
}

/**
 * Brings this project's release to a target's hosts: shows the plan, asks, carries it out.
 * @throws UserError for whatever keeps it from serving; a DeployError says what serves instead.
 */
export async function deploy(options: DeployOptions): Promise<DeployOutcome> {
  const since = options.since === undefined ? undefined : readSince(options.since)
  const target = withVariables(await openTarget(options), { SOURCE_SINCE: since })
  assertContact(target)
  const stages = showStages(options.json ? process.stderr : process.stdout, options)
  const connection = await connect(target)
  try {
    const present = await presentHosts(connection, line => stages.note(line))
    const running = await readRunning(connection.manager, target.stack)
    await assertOurs(connection.manager, target.stack, running)
    const next = await assembleNext(target, running)
    const plan = planDeploy(
      running.current,
      next.deployment,
      runningServices(running),
      joining(present.connection.hosts, running.swarm?.nodes),
    )
    const print = (line: string) => (options.json ? process.stderr : process.stdout).write(`${line}\n`)
    const outcome = (result: DeployOutcome['result'], serves: boolean, closing: string): DeployOutcome => ({
      ...{ result, plan, serves, closing },
    })
    print(renderDeployPlan(plan, target.stack))
    if (isSettled(plan, running)) {
      await stages.run('readiness', say => ready(connection, next.deployment, say))
      return outcome(
        'nothing to do',
        true,
        `Nothing to do: release ${plan.to} serves. ${lookAt(target, options)}`,
      )
    }
    if (options.planOnly) {
      return outcome(
        'planned',
        false,
        `Nothing was changed; to carry it out: ${nextCommand('deploy.ts', options)}`,
      )
    }
    if (!(await options.agree())) return outcome('declined', false, 'Nothing was changed.')
    await serve({ ...present, shown: running, action: 'deploy', ...next, stages })
    return outcome('done', true, `Release ${plan.to} serves. ${lookAt(target, options)}`)
  } finally {
    stages.close()
    await connection.close()
  }
}

function lookAt({ hosts: [first], variables }: Target, options: TargetChoice): string {
  const port = variables.DASHBOARD_PORT || '80'
  return `The dashboard: http://${first.address}${port === '80' ? '' : `:${port}`}/ · next: ${nextCommand('status.ts', options)}`
}
