import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'
import { admitNodes } from '../swarm/held-nodes.ts'
import { bringUp } from './bring-up.ts'
import { ConvergenceError } from './converge.ts'
import { markServed } from './deployed.ts'
import { type PipelineView } from './gates.ts'
import { lastWords } from './last-words.ts'
import { type Placement, placeRelease } from './place-release.ts'
import { type Deployment } from './plan.ts'
import { marksOf, type ServiceFiles } from './secrets.ts'
import { type Stages } from './stages.ts'

/** What is to serve, where, and with what. */
export type DeployJob = Placement & {
  deployment: Deployment
  files: ServiceFiles
  /** What serves now, to go back to. */
  previous?: Deployment | undefined
}

/** What came of a deploy that did not get to serve. */
export class DeployError extends UserError {
  override name = 'DeployError'
  /** What serves now: the release before, or nothing. */
  readonly serving: string | undefined

  constructor(message: string, serving: string | undefined) {
    super(message)
    this.serving = serving
  }
}

/**
 * Brings a deployment to the host and into the Swarm, and waits until it serves. Each stage finds what an interrupted
 * run has done; nodes that waited for the image are let in. Once services are changed there are two ends: the new
 * release serves, or the one before does again.
 * @throws DeployError when the release was rolled back; UserError when nothing was changed yet.
 */
export async function carryOut(job: DeployJob): Promise<PipelineView> {
  const { stack, hosts, deployment, signal } = job
  const [manager] = hosts
  await placeRelease(job)
  await admitNodes(
    manager,
    hosts.map(({ address }) => address.name),
  )
  signal.throwIfAborted()
  try {
    const view = await bringUp({ ...job, manager, deployment, signal })
    await markServed(manager, stack, deployment.release)
    return view
  } catch (error) {
    throw await rollBack(job, error)
  }
}

/** Puts back what served before; the first release of all leaves nothing but its data. */
async function rollBack(job: DeployJob, cause: unknown): Promise<unknown> {
  const { stack, hosts, previous, deployment, stages } = job
  const [manager] = hosts
  const why =
    cause instanceof UserError ? cause.message : String(cause instanceof Error ? cause.message : cause)
  const said = cause instanceof ConvergenceError ? await lastWords(hosts, cause) : ''
  if (said) stages.note(said)
  // Ctrl-C ends the deploy, not the way back.
  const { signal } = new AbortController()
  try {
    if (previous) {
      // Its secrets are today's: a secret that Swarm has under its name can't have another content.
      const variables = { ...previous.variables, ...marksOf(job.files) }
      await stages.run(`rolling back to ${previous.release}`, () =>
        bringUp({ ...job, manager, deployment: { ...previous, variables }, stages: quietly(stages), signal }),
      )
    } else {
      await stages.run('taking the services away again', () => removeStack(manager, stack))
    }
  } catch (error) {
    const also = error instanceof Error ? error.message : String(error)
    return new DeployError(
      `release ${deployment.release} doesn't serve: ${why}\nand going back failed: ${also}`,
      undefined,
    )
  }
  const end = previous
    ? `rolled back to ${previous.release}, which serves`
    : 'its services are removed, its data stays'
  return new DeployError(`release ${deployment.release} doesn't serve: ${why}\n${end}`, previous?.release)
}

const removeStackScript = `docker stack rm "$1" 2>&1
for second in $(seq 60); do
  [ -z "$(docker ps --quiet --filter "label=com.docker.stack.namespace=$1")" ] && exit 0
  sleep 1
done
exit 1`

async function removeStack(manager: Host, stack: string): Promise<void> {
  const { code, stdout } = await manager.run(removeStackScript, [stack], { timeoutMs: 120_000 })
  if (code !== 0) throw new UserError(`the services of ${stack} don't stop: ${stdout.trim()}`)
}

/** Stages within a stage are not shown. */
function quietly(stages: Stages): Stages {
  return { ...stages, run: (_title, stage) => stage(() => {}) }
}
