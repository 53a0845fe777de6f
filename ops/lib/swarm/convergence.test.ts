import { expect, test } from 'vitest'
import { before, judgeJob, judgeService } from './convergence.ts'
import { type SwarmService, type SwarmTask } from './swarm.ts'

const service = (image: string, replicas: number, update?: SwarmService['UpdateStatus']): SwarmService => ({
  ID: 's',
  Version: { Index: 1 },
  Spec: {
    Name: 'wikiflow_worker',
    Mode: { Replicated: { Replicas: replicas } },
    TaskTemplate: { ContainerSpec: { Image: image } },
  },
  ...(update && { UpdateStatus: update }),
})

let made = 0
const task = (image: string, state: string, desired = 'running', error?: string): SwarmTask => ({
  ID: `task-${++made}`,
  ServiceID: 's',
  CreatedAt: '2026-11-01T00:00:00Z',
  DesiredState: desired,
  Spec: { ContainerSpec: { Image: image } },
  Status: { Timestamp: '2026-11-01T00:00:00Z', State: state, ...(error && { Err: error }) },
})

const nothing = before(undefined, [])

test('an update that Swarm rolled back has failed, although all tasks run', () => {
  const tasks = [task('old', 'running'), task('new', 'failed', 'shutdown', 'unhealthy container')]
  const judged = judgeService(
    service('old', 1, { State: 'rollback_completed', StartedAt: 'now', Message: 'rollback completed' }),
    tasks,
    nothing,
  )
  expect(judged).toMatchObject({
    state: 'failed',
    why: 'Swarm rolled it back: rollback completed (unhealthy container)',
    task: tasks[1],
  })
})

test('one that was never healthy and stopped in order is the one that failed', () => {
  const tasks = [task('old', 'running'), task('new', 'complete', 'shutdown')]
  const update = { State: 'rollback_started' as const, StartedAt: 'now' }
  expect(judgeService(service('old', 1, update), tasks, nothing)).toMatchObject({
    state: 'failed',
    task: tasks[1],
  })
})

test('a rollback of an earlier deploy says nothing of this one', () => {
  const old = service('a', 1, { State: 'rollback_completed', StartedAt: 'then' })
  expect(judgeService(old, [task('a', 'running')], before(old, []))).toEqual({ state: 'converged' })
})

test('tasks of the image before are not counted, and those that leave are waited for', () => {
  const running = [task('new', 'running'), task('new', 'running')]
  expect(judgeService(service('new', 2), [...running, task('old', 'running', 'shutdown')], nothing)).toEqual({
    state: 'converging',
    what: '2 of 2 running',
  })
  expect(judgeService(service('new', 2), [task('new', 'running'), task('old', 'running')], nothing)).toEqual({
    state: 'converging',
    what: '1 of 2 running',
  })
  expect(judgeService(service('new', 2), running, nothing)).toEqual({ state: 'converged' })
})

test('fewer tasks are fewer when the others have ended, not when they are told to', () => {
  const tasks = [task('a', 'running'), task('a', 'running', 'remove')]
  expect(judgeService(service('a', 1), tasks, nothing).state).toBe('converging')
  expect(judgeService(service('a', 1), tasks.slice(0, 1), nothing)).toEqual({ state: 'converged' })
})

test('two tasks in a slot are too many once nothing is being updated', () => {
  const tasks = [1, 1, 2].map(Slot => ({ ...task('a', 'running'), Slot }))
  const judged = (replicas: number, of = tasks, update?: SwarmService['UpdateStatus']) =>
    judgeService(service('a', replicas, update), of, nothing)
  const doubled = { state: 'converging', what: '3 of 2 running', isDoubled: true }
  expect(judged(2)).toEqual(doubled)
  expect(judged(2, tasks, { State: 'completed', StartedAt: 'now' })).toEqual(doubled)
  expect(judged(2, tasks, { State: 'updating', StartedAt: 'now' })).not.toHaveProperty('isDoubled')
  // Nothing runs in the third slot yet: as many tasks as are asked for, but not where.
  expect(judged(3)).toMatchObject({ state: 'converging' })
  expect(judged(2, tasks.slice(1))).toEqual({ state: 'converged' })
})

test('an update that is still under way is waited for, although the count is right', () => {
  const judged = judgeService(
    service('new', 1, { State: 'updating', StartedAt: 'now' }),
    [task('new', 'running')],
    nothing,
  )
  expect(judged.state).toBe('converging')
})

test('what a container waits for is said', () => {
  const starting = [task('a', 'starting'), task('a', 'rejected', 'shutdown', 'No such image: a')]
  expect(judgeService(service('a', 1), starting, nothing)).toEqual({
    state: 'converging',
    what: '0 of 1 running, one starting; 1 ended, the last: No such image: a',
  })
})

test('one that never got healthy has ended when Swarm tells it as running: it has no process', () => {
  const ended = task('a', 'running')
  const { Status } = ended
  const judged = (PID: number) =>
    judgeService(
      service('a', 1),
      [{ ...ended, Status: { ...Status, ContainerStatus: { PID, ExitCode: 0 } } }],
      nothing,
    ).state
  expect([judged(0), judged(4_711)]).toEqual(['converging', 'converged'])
})

test('tasks that fail side by side have not failed one after another', () => {
  const each = [1, 2, 3].map(Slot => ({ ...task('a', 'failed', 'shutdown'), Slot }))
  expect(judgeService(service('a', 3), [...each, ...each.slice(1)], nothing).state).toBe('converging')
  expect(judgeService(service('a', 3), [...each, ...each, ...each.slice(2)], nothing).state).toBe('failed')
})

test('a new service whose tasks end one after another has failed; failures of before are not counted', () => {
  // Swarm keeps five of a slot: the fourth that failed and the one that runs hide those of before.
  const failures = Array.from({ length: 3 }, () =>
    task('a', 'failed', 'shutdown', 'task: non-zero exit (78)'),
  )
  const judged = judgeService(service('a', 1), failures, nothing)
  expect(judged).toMatchObject({
    state: 'failed',
    why: expect.stringContaining('(task: non-zero exit (78))'),
  })
  expect(judgeService(service('a', 1), failures, before(undefined, failures)).state).toBe('converging')
})

test('a job is done when its newest task of this kind completed, and not when an older one did', () => {
  const job = service('new', 1)
  expect(judgeJob(job, [task('new', 'complete', 'shutdown')], nothing)).toEqual({ state: 'converged' })
  expect(judgeJob(job, [task('new', 'running'), task('new', 'failed')], nothing).state).toBe('converging')
  expect(judgeJob(job, [task('old', 'complete', 'shutdown')], nothing)).toEqual({
    state: 'converging',
    what: 'not started yet',
  })
})
