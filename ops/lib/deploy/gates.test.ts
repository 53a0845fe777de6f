import { expect, test } from 'vitest'
import { notReady, type PipelineView } from './gates.ts'

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
