import { type Host } from '../host/host.ts'
import { messageOf } from '../message-of.ts'
import { UserError } from '../script.ts'
import { bringUp } from './bring-up.ts'
import { type DeployJob } from './carry-out.ts'
import { ConvergenceError } from './converge.ts'
import { DeployError } from './deploy-error.ts'
import { lastWords } from './last-words.ts'
import { type Deployment } from './plan.ts'
import { runningServices } from './running.ts'
import { marksOf } from './secrets.ts'
import { type Stages } from './stages.ts'

/** Says what runs when this program can't. */
const whatRuns = 'npx zx ops/status.ts says what runs'

/**
 * Puts back what served before; the first release of all leaves nothing but its data. Services that ran before stay as
 * they are when it isn't known how they were deployed, and so does everything once the lock is lost.
 * @returns what to throw: it says what serves now.
 */
export async function goBack(job: DeployJob, cause: unknown): Promise<DeployError> {
  const { hosts, before, deployment, stages, lock } = job
  const why = messageOf(cause)
  const said = cause instanceof ConvergenceError ? await lastWords(hosts, cause) : ''
  if (said) stages.note(said)
  const end = (what: string, serving?: string) =>
    new DeployError(`release ${deployment.release} doesn't serve: ${why}\n${what}`, serving)
  try {
    lock.assertHeld()
  } catch (error) {
    const lost = messageOf(error)
    return end(
      `${lost === why ? '' : `${lost}\n`}without the lock nothing is changed, nor put back; ${whatRuns}`,
    )
  }
  const { current: previous } = before
  if (!previous && runningServices(before).size > 0) {
    return end(
      `what ran before isn't known on ${hosts[0].address.name}, so its services are left as they are; ${whatRuns}`,
    )
  }
  try {
    if (previous) await putBack(job, previous)
    else await stages.run('taking the services away again', () => removeStack(hosts[0], job.stack))
  } catch (error) {
    return end(`and going back failed: ${messageOf(error)}\n${whatRuns}`)
  }
  return previous
    ? end(`rolled back to ${previous.release}, which serves`, previous.release)
    : end('its services are removed, its data stays')
}

async function putBack(job: DeployJob, previous: Deployment): Promise<void> {
  const { hosts, files, stages } = job
  // Its secrets are today's: a secret that Swarm has under its name can't have another content.
  const deployment = { ...previous, variables: { ...previous.variables, ...marksOf(files) } }
  await stages.run(`rolling back to ${previous.release}`, () =>
    // Ctrl-C ends the deploy, not the way back.
    bringUp({ ...job, manager: hosts[0], deployment, stages: quietly(stages), signal: job.lock.signal }),
  )
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
