import { expect, test } from 'vitest'
import { createRate } from './rate.ts'
import { createStatus } from './status.ts'

function setUp() {
  const world = { now: Date.UTC(2026, 7, 4, 15), brokerWaitingMs: 0 }
  const status = createStatus(
    { brokerWaitingMs: () => world.brokerWaitingMs, queued: () => 7 },
    { now: () => world.now },
  )
  const state = () => status.readiness().detail?.state
  return { world, status, state }
}

test('each state is told in words, with how long', () => {
  const { world, status, state } = setUp()
  world.now += 3_000
  expect(state()).toBe('reading the end of the log for 3 s')
  status.readingLog('Connection error')
  expect(status.readiness()).toMatchObject({
    ready: false,
    reason: 'reading the end of the log for 3 s: Connection error',
  })
  status.connecting()
  expect(state()).toBe('connecting to the source')
  status.waiting(12_000, 'answered 429 Too Many Requests')
  expect(state()).toBe('waiting 12 s after: answered 429 Too Many Requests')
  status.streaming('simulate')
  status.event(world.now)
  expect(status.readiness()).toEqual({
    ready: true,
    detail: {
      state: 'streaming',
      source: 'simulate',
      eventsPerSecond: 0,
      lastEvent: '2026-08-04T15:00:03.000Z',
      position: '2026-08-04T15:00:03.000Z',
      queued: 7,
    },
  })
})

test('the cut of every 15 minutes does not make it unready, a source that stays away does', () => {
  const { world, status } = setUp()
  status.connecting()
  expect(status.readiness().ready).toBe(false)
  status.streaming('live')
  status.connecting()
  world.now += 14_000
  expect(status.readiness().ready).toBe(true)
  world.now += 2_000
  expect(status.readiness().ready).toBe(false)
})

test('a broker that does not answer makes it unready while the source still streams', () => {
  const { world, status } = setUp()
  status.streaming('live')
  world.brokerWaitingMs = 4_000
  expect(status.readiness().ready).toBe(true)
  world.brokerWaitingMs = 12_000
  expect(status.readiness()).toMatchObject({ ready: false, reason: 'broker away for 12 s' })
})

test('the rate is that of the last full seconds, and falls to nothing after them', () => {
  let now = 500
  const rate = createRate(10, () => now)
  expect(rate.perSecond()).toBe(0)
  for (now = 1_000; now < 6_000; now += 50) rate.count()
  expect(rate.perSecond()).toBeCloseTo(100 / 6, 5)
  now = 15_999
  expect(rate.perSecond()).toBeCloseTo(2, 5)
  now = 60_000
  expect(rate.perSecond()).toBe(0)
})
