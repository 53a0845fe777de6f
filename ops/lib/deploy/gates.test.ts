import { expect, test } from 'vitest'
import { notReady, type PipelineView, passGates } from './gates.ts'
import { testManager } from './test-manager.ts'

const service = { state: 'ready', reason: null, partitions: null, lag: null }
const view = (services: PipelineView['services']): PipelineView => ({
  state: 'current',
  counted: { total: 1, perSecond: 1, newestEventAt: null },
  services,
})

test('all are ready when each says so and every worker was asked', () => {
  const services = ['ingest', 'worker 1', 'worker 2', 'lake'].map(name => ({ ...service, name }))
  expect(notReady(view(services), 2)).toBeUndefined()
  expect(notReady(view(services), 3)).toBe('2 of 3 workers answer')
})

test('one that is not ready is named with its reason, and so is one that nobody reaches', () => {
  const services = [
    { ...service, name: 'ingest', state: 'not ready', reason: 'no contact' },
    { ...service, name: 'worker', state: 'unreachable' },
  ]
  expect(notReady(view(services), 1)).toBe('ingest is not ready (no contact); worker is unreachable')
})

test('a dashboard that asks nobody is no proof', () => {
  expect(notReady(view(null), 1)).toContain('SERVICE_URLS is not set')
})

const gates = (answers: (object | undefined)[], patienceMs?: number) => {
  const host = testManager()
  host.page = path => (path === '/' ? answers.shift() : undefined)
  const signal = new AbortController().signal
  const said: string[] = []
  const passed = passGates({
    ...{ host, port: '80', workers: 1, signal, say: (what: string) => said.push(what) },
    ...(patienceMs !== undefined && { patienceMs }),
  })
  return { passed, said }
}

test('a page that fails once, while a dashboard takes over, is asked for again', async () => {
  const { passed, said } = gates([{ code: 22, stderr: 'error: 502' }, { stdout: 'Bad gateway' }])
  expect(await passed).toMatchObject({ state: 'current' })
  expect(said).toEqual([
    "the dashboard doesn't answer on port 80: error: 502",
    "the dashboard's page is no page",
  ])
})

test('a page that never comes is told with the time that it was waited for', async () => {
  const { passed } = gates(
    [
      { code: 22, stderr: 'error: 502' },
      { code: 22, stderr: 'error: 502' },
    ],
    10,
  )
  await expect(passed).rejects.toThrow("not ready after 0.01 s: the dashboard doesn't answer on port 80")
})
