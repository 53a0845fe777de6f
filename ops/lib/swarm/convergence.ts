import { isDeepStrictEqual } from 'node:util'
import { replicasOf, type SwarmService, type SwarmTask } from './swarm.ts'

/** How far a service has come since a deploy asked something of it; `isDoubled`: Swarm has forgotten tasks too many. */
export type Convergence =
  | { state: 'converged' }
  | { state: 'converging'; what: string; isDoubled?: true }
  | { state: 'failed'; why: string; task?: SwarmTask }

/** What was known of a service before the deploy: an update's state stays on it until the next one. */
export type Before = { updateStartedAt: string | undefined; tasks: ReadonlySet<string> }

/** What is known of a service now, to be compared with later. */
export function before(service: SwarmService | undefined, tasks: readonly SwarmTask[]): Before {
  return {
    updateStartedAt: service?.UpdateStatus?.StartedAt,
    tasks: new Set(tasks.map(({ ID }) => ID)),
  }
}

/**
 * So often may a task of a new service, or a job, fail before it counts as failed: the first may have come before what it
 * needs. Swarm keeps five tasks of each, with the one that runs (`docker swarm update --task-history-limit`): more than
 * four that failed are never seen.
 */
const mostFailures = 3

/**
 * Judges a service that should keep running.
 *
 * An exit code of `docker stack deploy` or `docker service update` says nothing of it: the latter ends with 0 when
 * Swarm has rolled the update back. So the update's own state is read, if it began after the deploy did, and in any
 * case the tasks.
 *
 * A task that fails while the update is about to replace it is started again by Swarm as well, so that two of the new
 * kind run in its slot. When its update is complete Swarm looks once more and ends one of them; but not always, for it
 * takes its own notice of that for a part of the same update (`Supervisor.Update` in moby/swarmkit). Then both stay until
 * the service is asked for again.
 */
export function judgeService(service: SwarmService, tasks: readonly SwarmTask[], known: Before): Convergence {
  const update = service.UpdateStatus
  const isOurs = update?.StartedAt !== undefined && update.StartedAt !== known.updateStartedAt
  // One that isn't healthy is asked to stop, and then ends well: what should keep running has failed by that, too.
  const failed = newFailures(tasks, known, /^(failed|rejected|complete)$/)
  if (isOurs && update.State && update.State !== 'updating' && update.State !== 'completed') {
    const said = update.State.startsWith('rollback') ? 'Swarm rolled it back' : 'Swarm stopped its update'
    return failure(`${said}${update.Message ? `: ${update.Message}` : ''}`, failed)
  }
  const inARow = Math.max(
    0,
    ...Map.groupBy(failed, ({ Slot }) => Slot)
      .values()
      .map(tasks => tasks.length),
  )
  if (!isOurs && inARow >= mostFailures) {
    return failure(`${inARow} of its tasks ended one after another`, failed)
  }
  const wanted = replicasOf(service)
  const live = tasks.filter(({ DesiredState }) => DesiredState === 'running')
  const running = live.filter(task => isRunning(task) && isAsked(task, service))
  const leaving = tasks.filter(task => isEnding(task) && isUp(task.Status.State))
  const isUpdating = isOurs && update.State === 'updating'
  const slots = new Set(live.map(({ Slot, ID }) => Slot ?? ID))
  const isEachOnce = live.length === wanted && slots.size === wanted
  if (!isUpdating && running.length === wanted && isEachOnce && leaving.length === 0) {
    return { state: 'converged' }
  }
  const isDoubled = !isUpdating && live.length > slots.size
  const waiting = live.find(({ Status }) => Status.State !== 'running')
  const detail = waiting ? `, one ${waiting.Status.State}${said(waiting)}` : ''
  const what = `${running.length} of ${wanted} running${detail}${endings(failed)}`
  return { state: 'converging', what, ...(isDoubled && { isDoubled }) }
}

/** Judges a service whose task runs once, to the end. */
export function judgeJob(service: SwarmService, tasks: readonly SwarmTask[], known: Before): Convergence {
  // Newest first: a task of the same kind that ended well before is as good, when nothing else was asked for since.
  const [newest] = tasks.filter(task => isAsked(task, service))
  if (newest?.Status.State === 'complete') return { state: 'converged' }
  const failed = newFailures(tasks, known, /^(failed|rejected)$/)
  if (failed.length >= mostFailures) return failure(`it failed ${failed.length} times`, failed)
  const what = newest ? `${newest.Status.State}${said(newest)}` : 'not started yet'
  return { state: 'converging', what: `${what}${endings(failed)}` }
}

/** Whether a task is what its service asks for now. */
function isAsked(task: SwarmTask, { Spec }: SwarmService): boolean {
  return isDeepStrictEqual(task.Spec.ContainerSpec, Spec.TaskTemplate.ContainerSpec)
}

/** A container that was stopped because it didn't get healthy is told as running for a moment, without a process. */
function isRunning({ Status }: SwarmTask): boolean {
  return Status.State === 'running' && Status.ContainerStatus?.PID !== 0
}

function failure(why: string, [task]: readonly SwarmTask[]): Convergence {
  const reason = task?.Status.Err
  return { state: 'failed', why: reason ? `${why} (${reason})` : why, ...(task && { task }) }
}

/** Tasks that failed since the deploy began, newest first. */
function newFailures(tasks: readonly SwarmTask[], known: Before, states: RegExp): SwarmTask[] {
  return tasks.filter(({ ID, Status }) => states.test(Status.State) && !known.tasks.has(ID))
}

/** How many tasks have failed, and why the last did. */
function endings(failed: readonly SwarmTask[]): string {
  const [last] = failed
  return last ? `; ${failed.length} ended, the last: ${last.Status.Err || last.Status.State}` : ''
}

function said({ Status }: SwarmTask): string {
  return Status.Err ? ` (${Status.Err})` : ''
}

/** Replaced ones are shut down; those that are too many are removed. */
function isEnding({ DesiredState }: SwarmTask): boolean {
  return DesiredState === 'shutdown' || DesiredState === 'remove'
}

function isUp(state: string): boolean {
  return /^(starting|running)$/.test(state)
}
