import { UserError } from '../script.ts'
import { assertOurs } from './another-user.ts'
import { connect } from './connect.ts'
import { readDeployed } from './deployed.ts'
import { openTarget, type TargetChoice } from './open-target.ts'
import { planDeploy } from './plan.ts'
import { presentHosts } from './present-hosts.ts'
import { renderDeployPlan } from './render.ts'
import { readRunning, runningServices } from './running.ts'
import { marksOf, readServiceFiles } from './secrets.ts'
import { serve } from './serve.ts'
import { showStages } from './stages.ts'
import { standingOf } from './standing.ts'
import { nextCommand } from './target-flags.ts'

export type RollbackOptions = TargetChoice & {
  /** Id of the release to go back to, or its beginning; left out, the one that served before. */
  release: string | undefined
  agree(): Promise<boolean>
}

/**
 * Goes back to a release that served and is still on the host, with today's secrets and number of workers.
 * @returns the sentence that says what is true now.
 * @throws UserError when there is none, or when it doesn't get to serve.
 */
export async function rollback(options: RollbackOptions): Promise<string> {
  const target = await openTarget(options)
  const stages = showStages(process.stdout, options)
  const connection = await connect(target)
  try {
    const { manager } = connection
    const present = await presentHosts(connection, line => stages.note(line))
    const running = await readRunning(manager, target.stack)
    await assertOurs(manager, target.stack, running)
    const release = chosen(running.served, options.release)
    const found = await readDeployed(manager, target.stack, release)
    if (!found)
      throw new UserError(`release ${release} is no longer on ${manager.address.name}: three are kept`)
    const files = await readServiceFiles(target)
    const variables = { ...found.variables, ...marksOf(files), ...standingOf(running.current) }
    const deployment = { ...found, variables }
    const plan = planDeploy(running.current, deployment, runningServices(running))
    process.stdout.write(`${renderDeployPlan(plan, target.stack)}\n`)
    if (!(await options.agree())) return 'Nothing was changed.'
    await serve({ ...present, shown: running, action: 'rollback', deployment, files, stages })
    return `Release ${release} serves again; to go on with the newer one: ${nextCommand('deploy.ts', options)}`
  } finally {
    stages.close()
    await connection.close()
  }
}

function chosen([now, ...before]: readonly string[], asked: string | undefined): string {
  const list = before.join(', ') || 'none'
  if (asked === undefined) {
    const [last] = before
    if (last === undefined) throw new UserError('there is no release to go back to: only one has served')
    return last
  }
  const [match, ...more] = before.filter(release => release.startsWith(asked))
  if (match === undefined)
    throw new UserError(`${asked} is no release that served before ${now ?? ''}; there is: ${list}`)
  if (more.length > 0) throw new UserError(`${asked} is the beginning of several releases: ${list}`)
  return match
}
