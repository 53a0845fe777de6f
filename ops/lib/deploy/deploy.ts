import { fileURLToPath } from 'node:url'
import { readRelease } from '../host/release.ts'
import { assemble } from './assemble.ts'
import { connect } from './connect.ts'
import { assertContact } from './contact.ts'
import { openTarget, type TargetChoice } from './open-target.ts'
import { type DeployPlan, planDeploy } from './plan.ts'
import { joining, presentHosts } from './present-hosts.ts'
import { renderDeployPlan } from './render.ts'
import { isWhole, type Running, readRunning, runningServices } from './running.ts'
import { marksOf, readServiceFiles, type ServiceFiles } from './secrets.ts'
import { ready, serve } from './serve.ts'
import { readSince } from './since.ts'
import { showStages } from './stages.ts'
import { standingOf } from './standing.ts'
import { type Target } from './target.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

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
  const stages = showStages(options.json ? process.stderr : process.stdout)
  const connection = await connect(target)
  try {
    const present = await presentHosts(connection, line => stages.note(line))
    const running = await readRunning(connection.manager, target.stack)
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
      return outcome('nothing to do', true, `Nothing to do: release ${plan.to} serves. ${lookAt(target)}`)
    }
    if (options.planOnly) {
      return outcome('planned', false, 'Nothing was changed; to carry it out: npx zx ops/deploy.ts')
    }
    if (!(await options.agree())) return outcome('declined', false, 'Nothing was changed.')
    await serve({ ...present, shown: running, action: 'deploy', ...next, stages })
    return outcome('done', true, `Release ${plan.to} serves. ${lookAt(target)}`)
  } finally {
    stages.close()
    await connection.close()
  }
}

/** What is to serve: its files, how they are deployed, and the secrets that it is deployed with. */
type Next = Awaited<ReturnType<typeof assemble>> & { files: ServiceFiles }

async function assembleNext(target: Target, running: Running): Promise<Next> {
  const files = await readServiceFiles(target)
  const code = await readRelease(root)
  const kept = keepWhatRuns(target, running)
  return { ...(await assemble(code, kept, marksOf(files))), files }
}

/**
 * What belongs to what runs, and not to a description: the log's version, which `ops/upgrade.ts` alone moves, for its
 * data can't go back to an older one; and where the source began, for it counts once, while the log is empty.
 */
function keepWhatRuns(target: Target, { current }: Running): Target {
  const { REDPANDA_IMAGE, SOURCE_SINCE } = target.variables
  return withVariables(target, {
    REDPANDA_IMAGE: REDPANDA_IMAGE ?? standingOf(current).REDPANDA_IMAGE,
    SOURCE_SINCE: SOURCE_SINCE ?? current?.variables.SOURCE_SINCE,
  })
}

function isSettled(plan: DeployPlan, running: Running): boolean {
  return (
    plan.from === plan.to &&
    plan.joins.length === 0 &&
    isWhole(running, plan.to) &&
    plan.services.every(({ action }) => action === 'same') &&
    [...(running.swarm?.services.values() ?? [])].every(
      ({ UpdateStatus }) => UpdateStatus?.State !== 'updating',
    )
  )
}

/** The target with these variables, as far as they are known. */
function withVariables(target: Target, variables: Readonly<Record<string, string | undefined>>): Target {
  const known = Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { ...target, variables: { ...target.variables, ...Object.fromEntries(known) } }
}

function lookAt({ hosts: [first], variables }: Target): string {
  const port = variables.DASHBOARD_PORT || '80'
  return `The dashboard: http://${first.address}${port === '80' ? '' : `:${port}`}/ · next: npx zx ops/status.ts`
}
