import { setTimeout as sleep } from 'node:timers/promises'
import { type Connection } from '../deploy/connect.ts'
import { passGates } from '../deploy/gates.ts'
import { type Stages } from '../deploy/stages.ts'
import { messageOf } from '../message-of.ts'
import { UserError } from '../script.ts'
import { changeSwarm } from '../swarm/change-swarm.ts'
import { readSwarmStack, replicasOf, type SwarmStack } from '../swarm/swarm.ts'

/** The log's service, and the one that writes to it. Both have one task, or none. */
export type Stoppable = 'redpanda' | 'ingest'

/** How long a service may take to stop, in ms: the log writes down what it holds for up to a minute. */
const stopMs = 120_000
/** How long the log may take to get ready: after a hard stop it reads its newest segments. */
const startMs = 300_000
const pollMs = 500

const scale = 'docker service scale --detach "$1_$2=$3" > /dev/null'

/** Which of both stand still, though nobody works on the stack: a run that was killed left them so. */
export function leftStopped({ services }: SwarmStack): Stoppable[] {
  return (['redpanda', 'ingest'] as const).filter(name => {
    const service = services.get(name)
    return service !== undefined && replicasOf(service) === 0
  })
}

/** Stops a service; over when nothing of it runs any more on a node that is there. @throws UserError when it goes on. */
export async function stopService(
  { manager, target: { stack } }: Connection,
  service: Stoppable,
  signal: AbortSignal,
): Promise<void> {
  await changeSwarm(manager, `stopping ${service}`, scale, [stack, service, '0'])
  for (const until = Date.now() + stopMs; ; await sleep(pollMs)) {
    signal.throwIfAborted()
    const swarm = await readSwarmStack(manager, stack)
    if (!runs(swarm, service)) return
    if (Date.now() > until) throw new UserError(`${service} doesn't stop within ${stopMs / 1_000} s`)
  }
}

/** Starts a service, and doesn't wait for it. */
export async function startService(
  { manager, target: { stack } }: Connection,
  service: Stoppable,
): Promise<void> {
  await changeSwarm(manager, `starting ${service}`, scale, [stack, service, '1'])
}

/** Starts both, the log first, and waits until all that serves is ready again. @throws UserError that names what isn't. */
export async function startAgain(connection: Connection, stages: Stages): Promise<void> {
  const { manager, target } = connection
  await stages.run('starting the log', async () => {
    await startService(connection, 'redpanda')
    await startService(connection, 'ingest')
    await untilLogRuns(connection)
  })
  const worker = (await readSwarmStack(manager, target.stack)).services.get('worker')
  await stages.run('readiness', say =>
    passGates({
      host: manager,
      port: target.variables.DASHBOARD_PORT || '80',
      workers: worker ? replicasOf(worker) : 0,
      say,
      signal: new AbortController().signal,
    }),
  )
}

/** The log is replaced in part: nobody may start it like that. */
export class HalfReplaced extends UserError {
  override name = 'HalfReplaced'

  constructor(cause: unknown) {
    super(
      `${messageOf(cause)}\nthe log may be replaced in part, so it isn't started, and neither is ingest: the same command again goes on from here`,
    )
  }
}

/** Whoever has the lock may be at work on the log. */
const leftAsItIs =
  "redpanda and ingest are left as they are, for they are another's to start now. How they are: npx zx ops/status.ts. When nobody works on the stack, the same command again goes on from here"

/** What work is done on while services stand still. */
export type Still = {
  connection: Connection
  stages: Stages
  /** Throws once the lock is lost. */
  assertHeld(): void
}

/**
 * Does work for which services are stopped, and starts them again in every way out: unless the lock was lost, or the work
 * has left a log that can't be started.
 * @throws what the work throws, with what doesn't get ready after it.
 */
export async function standingStill<T>(still: Still, work: () => Promise<T>): Promise<T> {
  let result: T
  try {
    result = await work()
    still.assertHeld()
  } catch (error) {
    throw await afterFailure(error, still)
  }
  await startAgain(still.connection, still.stages)
  return result
}

/** Starts what was stopped, if it may be. @returns what there is to tell. */
async function afterFailure(error: unknown, { connection, stages, assertHeld }: Still): Promise<unknown> {
  if (error instanceof HalfReplaced) return error
  try {
    assertHeld()
  } catch (lost) {
    const why = [...new Set([error, lost].map(messageOf))].join('\n')
    return new UserError(`${why}\n${leftAsItIs}`)
  }
  try {
    await startAgain(connection, stages)
    return error
  } catch (after) {
    return new UserError(`${messageOf(error)}\nand what was stopped doesn't get ready: ${messageOf(after)}`)
  }
}

async function untilLogRuns({ manager, target: { stack } }: Connection): Promise<void> {
  for (const until = Date.now() + startMs; ; await sleep(pollMs)) {
    const tasks = (await readSwarmStack(manager, stack)).tasks.get('redpanda') ?? []
    if (tasks.some(({ Status, DesiredState }) => Status.State === 'running' && DesiredState === 'running'))
      return
    if (Date.now() > until) {
      throw new UserError(
        `the log isn't ready after ${startMs / 60_000} minutes: npx zx ops/logs.ts redpanda`,
      )
    }
  }
}

/** A task on a node that is away can't write to the log either. */
function runs({ tasks, nodes }: SwarmStack, service: Stoppable): boolean {
  const there = new Set(nodes.filter(({ Status }) => Status.State === 'ready').map(({ ID }) => ID))
  return (tasks.get(service) ?? []).some(
    ({ NodeID = '', Status }) => /^(preparing|starting|running)$/.test(Status.State) && there.has(NodeID),
  )
}
