import { type OpenStack } from '../cloud/open.ts'
import { type Plan } from '../cloud/plan.ts'
import { wasReached } from '../deploy/await-pipeline.ts'
import { cloudTarget } from '../deploy/cloud-target.ts'
import { type Connection, connect } from '../deploy/connect.ts'
import { readDeployed } from '../deploy/deployed.ts'
import { fileTarget } from '../deploy/file-target.ts'
import { type PipelineView, readPipeline } from '../deploy/gates.ts'
import { findImage } from '../deploy/image.ts'
import { assembleNext, isSettled, withVariables } from '../deploy/next.ts'
import { type TargetChoice } from '../deploy/open-target.ts'
import { type Deployment, type DeployPlan, planDeploy } from '../deploy/plan.ts'
import { joining } from '../deploy/present-hosts.ts'
import { readRunning, runningServices } from '../deploy/running.ts'
import { foundIn, standingTarget } from '../deploy/standing-target.ts'
import { type Target } from '../deploy/target.ts'
import { Unreachable } from '../host/ssh-failure.ts'
import { UserError } from '../script.ts'

/** What is on the hosts of a target, held against what a deploy would bring. */
export type OnHosts = {
  target: Target
  /** The release that serves; undefined before the first. */
  serves: string | undefined
  next: Deployment
  plan: DeployPlan
  /** Whether the next release's folder is on the first host. */
  isShipped: boolean
  /** Names of the hosts that lack its image. */
  withoutImage: string[]
  /** Whether every service was deployed as the next release has it. */
  isSettled: boolean
  /** What the dashboard says, or why it doesn't. */
  pipeline: PipelineView | string
}

/** Why nobody looks at hosts; what is missing stands in the steps that make them. */
export const needsInfrastructure = 'needs the infrastructure'

/** AWS as far as it is needed to find the hosts. */
type Infrastructure = { open(): Promise<OpenStack>; plan(): Promise<Plan> }

/**
 * Looks at a target's hosts; changes nothing there.
 * @returns a sentence while there is no host yet that was worked on.
 * @throws UserError for hosts that don't answer, or that a deploy couldn't use.
 */
export async function lookAtHosts(
  choice: TargetChoice,
  since: string | undefined,
  infrastructure: Infrastructure,
): Promise<OnHosts | string> {
  const target = await findTarget(choice, infrastructure)
  if (typeof target === 'string') return target
  const connection = await connect(withVariables(target, { SOURCE_SINCE: since }))
  try {
    return await look(connection)
  } finally {
    await connection.close()
  }
}

/** A host on AWS that was never reached isn't asked: its first boot takes minutes, and deploying waits for it. */
async function findTarget(choice: TargetChoice, { open, plan }: Infrastructure): Promise<Target | string> {
  if (choice.target !== undefined) return fileTarget(choice.target, choice.state)
  const [stack, things] = [await open(), foundIn(await plan())]
  const given = choice['host-key'] ?? []
  try {
    const { hosts } = cloudTarget(stack, things)
    if (given.length === 0 && !wasReached(stack.context.files, things)) {
      return `${hosts[0].name} (${hosts[0].address}) was not reached from this machine yet`
    }
  } catch (error) {
    if (error instanceof UserError) return needsInfrastructure
    throw error
  }
  return standingTarget(stack, things, given)
}

async function look({ target, manager, hosts }: Connection): Promise<OnHosts> {
  const { stack, variables } = target
  const running = await readRunning(manager, stack)
  const { deployment } = await assembleNext(target, running)
  const { release, image } = deployment
  const plan = planDeploy(
    running.current,
    deployment,
    runningServices(running),
    joining(hosts, running.swarm?.nodes),
  )
  const [shipped, images, pipeline] = await Promise.all([
    readDeployed(manager, stack, release),
    Promise.all(hosts.map(async host => ({ host, image: await findImage(host, image) }))),
    orSentence(readPipeline(manager, variables.DASHBOARD_PORT || '80')),
  ])
  return {
    ...{ target, serves: running.served[0], next: deployment, plan, pipeline },
    isShipped: shipped !== undefined,
    withoutImage: images.flatMap(({ host, image: id }) => (id === undefined ? [host.address.name] : [])),
    isSettled: isSettled(plan, running),
  }
}

/** The answer, or why there is none; a host that is away is the caller's to judge. */
async function orSentence<T>(reading: Promise<T>): Promise<T | string> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof UserError && !(error instanceof Unreachable)) return error.message
    throw error
  }
}
