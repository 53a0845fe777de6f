import { setTimeout as sleep } from 'node:timers/promises'
import { type Compose, isJob } from '../compose/compose.ts'
import { type Host } from '../host/host.ts'
import { UserError } from '../script.ts'
import { changeSwarm } from '../swarm/change-swarm.ts'
import { type Before, before, type Convergence, judgeJob, judgeService } from '../swarm/convergence.ts'
import { readSwarmStack, type SwarmStack, type SwarmTask } from '../swarm/swarm.ts'

/** How often the Swarm is asked, in ms. */
const pollMs = 1_000

/**
 * How long a service may stand still before it counts as failed, in ms: a container that doesn't get ready is
 * unhealthy after three minutes (the health check of `compose/Dockerfile`), and Swarm tells first.
 */
const patienceMs = 240_000

/** How long Swarm may take to end tasks that are too many before it is asked to, in ms. */
const doubledMs = 2_000

/** Asks for a service as it is: nothing of it is started again. */
const asItIs = 'docker service update --detach --no-resolve-image "$1" > /dev/null'

/** A service that isn't as it was asked to be; `task` is the one that failed last. */
export class ConvergenceError extends UserError {
  override name = 'ConvergenceError'
  readonly service: string
  readonly task: SwarmTask | undefined

  constructor(service: string, why: string, task: SwarmTask | undefined) {
    super(`${service}: ${why}`)
    this.service = service
    this.task = task
  }
}

/** What is known of a stack's services before something is asked of them. */
export function standing(stack: SwarmStack): ReadonlyMap<string, Before> {
  return new Map(
    [...stack.services].map(([name, service]) => [name, before(service, stack.tasks.get(name) ?? [])]),
  )
}

/**
 * Waits until every one of the services is as it was asked to be, each by its own clock: one that moves on may take
 * its time.
 * @throws ConvergenceError for the first that fails, or stands still for too long; the signal's reason.
 */
export async function converge(options: {
  manager: Host
  stack: string
  services: readonly string[]
  compose: readonly Compose[]
  known: ReadonlyMap<string, Before>
  say(service: string, state: string): void
  signal: AbortSignal
}): Promise<void> {
  const moved = new Map(options.services.map(name => [name, { what: '', at: Date.now() }]))
  const pending = new Set(options.services)
  const askedAgain = new Set<string>()
  while (true) {
    options.signal.throwIfAborted()
    const stack = await readSwarmStack(options.manager, options.stack)
    for (const name of pending) {
      const judged = judge(stack, name, options)
      if (judged.state === 'failed') throw new ConvergenceError(name, judged.why, judged.task)
      const what = judged.state === 'converged' ? 'as asked' : judged.what
      const last = moved.get(name)
      const stillMs = last?.what === what ? Date.now() - last.at : undefined
      if (stillMs === undefined) {
        moved.set(name, { what, at: Date.now() })
        options.say(name, what)
      } else if (stillMs > patienceMs) {
        const [task] = stack.tasks.get(name) ?? []
        throw new ConvergenceError(name, `${what} for ${patienceMs / 60_000} minutes`, task)
      } else if (isDoubled(judged) && stillMs > doubledMs && !askedAgain.has(name)) {
        askedAgain.add(name)
        await lookAgain(options, name)
      }
      if (judged.state === 'converged') pending.delete(name)
    }
    if (pending.size === 0) return
    await sleep(pollMs)
  }
}

function isDoubled(judged: Convergence): boolean {
  return judged.state === 'converging' && judged.isDoubled === true
}

/** Has Swarm look at a service again, and end the tasks that are too many. */
async function lookAgain(
  { manager, stack, signal }: { manager: Host; stack: string; signal: AbortSignal },
  service: string,
): Promise<void> {
  await changeSwarm(manager, 'docker service update', asItIs, [`${stack}_${service}`], { signal })
}

function judge(
  { nodes, services, tasks }: SwarmStack,
  name: string,
  { compose, known }: { compose: readonly Compose[]; known: ReadonlyMap<string, Before> },
): Convergence {
  const service = services.get(name)
  if (!service) return { state: 'converging', what: 'not there yet' }
  // What was on a node that is down has moved; the node would have to tell that its own has ended.
  const down = new Set(nodes.filter(({ Status }) => Status.State === 'down').map(({ ID }) => ID))
  const of = (tasks.get(name) ?? []).filter(
    ({ NodeID, DesiredState }) => DesiredState === 'running' || !down.has(NodeID ?? ''),
  )
  const past = known.get(name) ?? { updateStartedAt: undefined, tasks: new Set() }
  return isJob(compose, name) ? judgeJob(service, of, past) : judgeService(service, of, past)
}
