import { readCompose } from '../compose/compose.ts'
import { ConvergenceError, converge, standing } from '../deploy/converge.ts'
import { type Deployment } from '../deploy/plan.ts'
import { settle } from '../deploy/settle.ts'
import { type Stages } from '../deploy/stages.ts'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'
import { changeSwarm } from '../swarm/change-swarm.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { splitImage } from './versions.ts'

/** The log of a stack. */
type Log = { manager: Host; stack: string; deployment: Deployment; stages: Stages; signal: AbortSignal }

/** What takes its place. */
type Replacement = {
  from: string
  to: string
  /** Once the new one was healthy, the old one can't read the data any more. */
  isOneWay: boolean
}

/** Whether to go back is decided here: Swarm would do so after a version that has been healthy for a moment, too. */
const swap =
  'docker service update --detach --no-resolve-image --update-failure-action pause --image "$2" "$1" > /dev/null'
const asBefore =
  'docker service update --detach --no-resolve-image --update-failure-action rollback "$1" > /dev/null'

/**
 * Puts another image in the log's place, and waits until it is healthy and all services are ready; puts the old one back
 * when it isn't, unless that could not read the data.
 * @throws UserError that says which one runs.
 */
export async function replaceLog(log: Log, { from, to, isOneWay }: Replacement): Promise<void> {
  const { manager, stack, stages } = log
  const [old, next] = [splitImage(from).tag, splitImage(to).tag]
  let wasHealthy = false
  try {
    await stages.run(`the log: ${old} → ${next}`, say =>
      exchange(log, to, state => {
        wasHealthy ||= /^(1 of 1 running|as asked)/.test(state)
        say(state)
      }),
    )
  } catch (error) {
    if (!(error instanceof ConvergenceError)) throw error
    if (wasHealthy && isOneWay) {
      throw new UserError(
        `${next} was healthy, and isn't any more (${error.message}): ${old} can't read its data, so it stays. npx zx ops/logs.ts redpanda says why`,
      )
    }
    throw await putBack(log, { from, why: error.message, next })
  } finally {
    await changeSwarm(manager, 'docker service update', asBefore, [`${stack}_redpanda`])
  }
  const { deployment, signal } = log
  await stages.run('readiness', say =>
    settle({ manager, stack, deployment, services: ['redpanda'], known: new Map(), say, signal }),
  )
}

async function putBack(
  log: Log,
  { from, why, next }: { from: string; why: string; next: string },
): Promise<UserError> {
  const old = splitImage(from).tag
  try {
    // Ctrl-C ends the upgrade, not the way back.
    const back = { ...log, signal: new AbortController().signal }
    await log.stages.run(`the log: back to ${old}`, say => exchange(back, from, say))
  } catch (error) {
    const also = error instanceof Error ? error.message : String(error)
    return new UserError(
      `${next} doesn't get healthy: ${why}\nand neither does ${old} again: ${also}\nIts data is on the disk as it was left; npx zx ops/logs.ts redpanda says more`,
    )
  }
  return new UserError(`${next} doesn't get healthy: ${why}\n${old} runs again, and nothing is lost`)
}

async function exchange(
  { manager, stack, deployment, signal }: Log,
  image: string,
  say: (state: string) => void,
): Promise<void> {
  const known = standing(await readSwarmStack(manager, stack))
  await changeSwarm(manager, 'docker service update', swap, [`${stack}_redpanda`, image])
  await converge({
    ...{ manager, stack, known, signal, services: ['redpanda'] },
    compose: deployment.compose.map(readCompose),
    say: (_, state) => say(state),
  })
}
