import { connect } from '../deploy/connect.ts'
import { fileTarget } from '../deploy/file-target.ts'
import { readRunning } from '../deploy/running.ts'
import { showStages } from '../deploy/stages.ts'
import { nextCommand } from '../deploy/target-flags.ts'
import { UserError } from '../script.ts'
import { assertDeployed } from './deployed.ts'
import { type Description, describedSize } from './description.ts'
import { planNodes } from './nodes-plan.ts'
import { type ScaleOptions, type ScaleOutcome } from './outcome.ts'
import { assertRoom, reshape } from './reshape.ts'

/**
 * Has the pipeline run on so many hosts: plan, question, hosts and Swarm; waits until all is ready on them.
 * @throws UserError when there aren't so many, the services don't fit those that stay, or don't get ready.
 */
export async function scaleNodes(count: number, options: ScaleOptions): Promise<ScaleOutcome> {
  const description = await describedSize(options)
  const { mostNodes } = description
  if (options.target === undefined) {
    // AWS's clients take half a second to load.
    const { cloudNodes } = await import('./cloud-nodes.ts')
    return cloudNodes(count, description, options)
  }
  if (mostNodes !== undefined && count > mostNodes) {
    throw new UserError(
      `--nodes is ${count}, and ${description.file} names ${mostNodes} hosts: add more to its "hosts", with their keys`,
    )
  }
  return fileNodes(count, { ...options, target: options.target }, description)
}

async function fileNodes(
  count: number,
  options: ScaleOptions & { target: string },
  description: Description,
): Promise<ScaleOutcome> {
  const target = fileTarget(options.target, options.state, count)
  const connection = await connect(fileTarget(options.target, options.state, description.mostNodes))
  const { manager, hosts } = connection
  const kept = { ...connection, target, hosts: [manager, ...hosts.slice(1, count)] as const }
  const out = options.json ? process.stderr : process.stdout
  const stages = showStages(out, options)
  try {
    const { deployment, swarm } = assertDeployed(await readRunning(manager, target.stack))
    const plan = planNodes({ swarm, description }, kept)
    const lines = [`${target.stack}: ${count} ${count === 1 ? 'host' : 'hosts'}`, '', ...plan.lines]
    const end = (result: ScaleOutcome['result'], closing: string): ScaleOutcome => ({
      ...{ result, plan: lines, closing },
    })
    out.write(`${lines.join('\n')}\n`)
    assertRoom(plan)
    await description.check({ nodes: count })
    if (plan.isSettled && description.says.nodes === count) {
      return end('nothing to do', `Nothing to do: the pipeline runs on ${count}.`)
    }
    if (options.planOnly) return end('planned', 'Nothing was changed.')
    if (!(await options.agree())) return end('declined', 'Nothing was changed.')
    await reshape({
      kept,
      beyond: hosts.slice(count),
      leaving: plan.leaving,
      description,
      deployment,
      stages,
    })
    return end(
      'done',
      `The pipeline runs on ${count}, and is ready. Next: ${nextCommand('status.ts', options)}`,
    )
  } finally {
    stages.close()
    await connection.close()
  }
}
