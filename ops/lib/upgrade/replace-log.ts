import { startService, stopService } from '../backup/standstill.ts'
import { readCompose } from '../compose/compose.ts'
import { type Connection } from '../deploy/connect.ts'
import { ConvergenceError, converge, standing } from '../deploy/converge.ts'
import { type Deployment } from '../deploy/plan.ts'
import { settle } from '../deploy/settle.ts'
import { type Stages } from '../deploy/stages.ts'
import { messageOf } from '../message-of.ts'
import { UserError } from '../script.ts'
import { changeSwarm } from '../swarm/change-swarm.ts'
import { readSwarmStack } from '../swarm/swarm.ts'
import { loadImage } from './load-image.ts'
import { splitImage } from './versions.ts'
import { type Reached, type WayOut, wayOut } from './way-out.ts'

/** The log of a stack. */
type Log = {
  connection: Connection
  deployment: Deployment
  stages: Stages
  signal: AbortSignal
  /** Throws once the lock is lost. */
  assertHeld(): void
}

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
 * Puts another image in the log's place: ingest stops, so that nothing is being written; the new one gets healthy; ingest
 * starts again, and all services are ready. Whatever keeps it from that, Ctrl-C and a lost connection too, puts the old
 * one back, unless that could not read the data.
 * @throws UserError whose last line says which one runs.
 */
export async function replaceLog(log: Log, replacement: Replacement): Promise<void> {
  const { connection, stages, signal } = log
  const { from, to } = replacement
  let reached: Reached = 'nothing'
  try {
    await stages.run('loading the image', say => loadImage(connection.manager, to, say, signal))
    signal.throwIfAborted()
    reached = 'ingest stopped'
    await stages.run('stopping ingest', () => stopService(connection, 'ingest', signal))
    reached = 'asked for'
    await stages.run(`the log: ${tagOf(from)} → ${tagOf(to)}`, say =>
      exchange(log, to, state => {
        if (/^(1 of 1 running|as asked)/.test(state)) reached = 'healthy'
        say(state)
      }),
    )
    await goOn(log)
  } catch (error) {
    throw await end(log, replacement, error, reached)
  }
}

/** Leaves a replacement that didn't end well. @returns what there is to tell. */
async function end(log: Log, replacement: Replacement, error: unknown, last: Reached): Promise<UserError> {
  const { to, isOneWay } = replacement
  const isHeld = holds(log)
  // It may have got healthy since the Swarm was looked at.
  const reached = isHeld && isOneWay && last === 'asked for' && (await runs(log, to)) ? 'healthy' : last
  // Ctrl-C ends the upgrade, not the way back.
  const calm = { ...log, signal: new AbortController().signal }
  const said = await leave(wayOut({ reached, isOneWay, isHeld }), calm, replacement, reached)
  const isLog = error instanceof ConvergenceError && error.service === 'redpanda'
  const doing = reached === 'healthy' ? 'stay' : 'get'
  const why = `${isLog ? `${tagOf(to)} doesn't ${doing} healthy: ` : ''}${messageOf(error)}`
  return new UserError(`${why}\n${said}`, { cause: error })
}

/** @returns which log runs, and what to look at. */
async function leave(way: WayOut, log: Log, { from, to }: Replacement, reached: Reached): Promise<string> {
  const [old, next] = [tagOf(from), tagOf(to)]
  switch (way) {
    case 'left': {
      const asked = reached === 'nothing' || reached === 'ingest stopped' ? old : next
      return `without the lock nothing more is changed: the log was last to be ${asked}, and ingest may stand still. npx zx ops/status.ts shows them; when nobody works on the stack, npx zx ops/deploy.ts starts what stands still, and keeps the log's version`
    }
    case 'as before':
      return `${old} runs, as before${reached === 'nothing' ? '' : await butNotReady(log)}`
    case 'back':
      return goBack(log, from)
    case 'stays':
      // Not waited for: it may never get healthy again.
      await startService(log.connection, 'ingest').catch(() => {})
      await watchAgain(log).catch(() => {})
      return `${next} stays: it has been healthy, and ${old} can't read its data any more. npx zx ops/status.ts and npx zx ops/logs.ts redpanda say how it is`
  }
}

async function goBack(log: Log, from: string): Promise<string> {
  const old = tagOf(from)
  try {
    await log.stages.run(`the log: back to ${old}`, say => exchange(log, from, say))
  } catch (error) {
    await startService(log.connection, 'ingest').catch(() => {})
    return `and ${old} doesn't get healthy again: ${messageOf(error)}\nIts data is on the disk as it was left; npx zx ops/logs.ts redpanda says more, and npx zx ops/upgrade.ts --image ${from} --plan which one runs`
  }
  return `${old} runs again, and nothing is lost${await butNotReady(log)}`
}

async function exchange(
  { connection, deployment, signal }: Log,
  image: string,
  say: (state: string) => void,
): Promise<void> {
  const { manager, target } = connection
  const { stack } = target
  const known = standing(await readSwarmStack(manager, stack))
  await changeSwarm(manager, 'docker service update', swap, [`${stack}_redpanda`, image])
  await converge({
    ...{ manager, stack, known, signal, services: ['redpanda'] },
    compose: deployment.compose.map(readCompose),
    say: (_, state) => say(state),
  })
}

/** Starts ingest, with a log that runs, and waits until all services are ready. */
async function goOn(log: Log): Promise<void> {
  const { connection, deployment, stages, signal } = log
  const { manager, target } = connection
  const { stack } = target
  await watchAgain(log)
  await stages.run('readiness', async say => {
    const known = standing(await readSwarmStack(manager, stack))
    await startService(connection, 'ingest')
    await settle({ manager, stack, deployment, services: ['redpanda', 'ingest'], known, say, signal })
  })
}

/** The same; what keeps it from that is told. */
async function butNotReady(log: Log): Promise<string> {
  try {
    await goOn(log)
    return ''
  } catch (error) {
    return `, but not all is ready: ${messageOf(error)}. npx zx ops/status.ts says how it is`
  }
}

/** Lets Swarm go back by itself again, as a deploy would. */
async function watchAgain({ connection: { manager, target } }: Log): Promise<void> {
  await changeSwarm(manager, 'docker service update', asBefore, [`${target.stack}_redpanda`])
}

/** Whether a task of an image runs, and so is healthy; not, when nobody can be asked. */
async function runs({ connection: { manager, target } }: Log, image: string): Promise<boolean> {
  try {
    const tasks = (await readSwarmStack(manager, target.stack)).tasks.get('redpanda') ?? []
    return tasks.some(({ Spec, Status }) => Spec.ContainerSpec.Image === image && Status.State === 'running')
  } catch {
    return false
  }
}

function holds({ assertHeld }: Log): boolean {
  try {
    assertHeld()
    return true
  } catch {
    return false
  }
}

function tagOf(image: string): string {
  return splitImage(image).tag
}
