import { expect, test } from 'vitest'
import { type ServiceTasks, type Tasks } from './pipeline.ts'
import { judgeServices } from './services.ts'
import { asked, commands, view } from './test-view.ts'

const service = (name: string, changes: Partial<ServiceTasks> = {}): ServiceTasks => ({
  ...{ name, running: 1, wanted: 1, where: { 'host-1': 1 }, release: 'aaaaaaaaaaaa' },
  ...changes,
})
const tasks = (services: ServiceTasks[], changes: Partial<Tasks> = {}): Tasks => ({
  ...{ services, release: 'aaaaaaaaaaaa', places: [], uneven: 0 },
  ...changes,
})
const judge = (of: Tasks, seen: Parameters<typeof judgeServices>[1] = view()) =>
  judgeServices(of, seen, commands)
const workers = service('worker', { running: 3, wanted: 3, where: { 'host-1': 1, 'host-2': 2 } })

test('a task that does not run is told with why the last one ended, and where it spoke', () => {
  const dead = service('worker', { running: 2, wanted: 3, trouble: 'task: non-zero exit (137)' })
  expect(judge(tasks([dead]))).toEqual({
    state: 'failed',
    found: '2 of 3 worker run (task: non-zero exit (137))',
    fix: 'LOGS worker; then STATUS',
  })
})

test('a service that says it is not ready is told in its own words; the lake is the service batch', () => {
  const services = [asked('lake', { state: 'not ready', reason: 's3:PutObject: not allowed' })]
  expect(judge(tasks([workers]), { services })).toEqual({
    state: 'failed',
    found: 'lake is not ready (s3:PutObject: not allowed)',
    fix: 'LOGS batch',
  })
})

test('a service that an interrupted deploy left behind, and a host that is down, are not passed over', () => {
  const old = service('batch', { release: 'bbbbbbbbbbbb' })
  expect(
    judge(tasks([old, service('hand-made', { release: undefined })], { places: ['host-2 is down'] })),
  ).toEqual({
    state: 'failed',
    found:
      'batch is of release bbbbbbbbbbbb, and aaaaaaaaaaaa served last\nhand-made is of no release, and aaaaaaaaaaaa served last\nhost-2 is down',
    fix: 'START',
  })
})

test('all well: where the tasks run, of which release, and that they are ready', () => {
  expect(judge(tasks([service('batch'), workers]))).toEqual({
    state: 'ok',
    found: '2 tasks on host-1, 2 on host-2 run, of release aaaaaaaaaaaa; all 5 that are asked are ready',
  })
})

test('what goes on, but should be read, is a warning', () => {
  expect(judge(tasks([workers], { uneven: 2 })).found).toMatch(/; 2 workers would have to move/)
  expect(judge(tasks([{ ...workers, trouble: 'out of memory' }]))).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(/Within the hour worker failed: out of memory$/),
    fix: 'LOGS worker',
  })
  expect(judge(tasks([workers]), { services: null }).found).toMatch(/asks none whether it is ready/)
  expect(judgeServices(tasks([workers]), undefined, commands)).toMatchObject({
    state: 'warning',
    fix: 'LOGS dashboard',
  })
})
