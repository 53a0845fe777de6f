import { expect, test } from 'vitest'
import { judgeFreshness } from './freshness.ts'
import { commands, view } from './test-view.ts'
import { type View } from './view.ts'

const aged = (seconds: number, kind: View['source']['kind'] = 'live') => {
  const { at, counted } = view()
  const newestEventAt = new Date(Date.parse(at) - seconds * 1_000).toISOString()
  return view({ source: { kind }, counted: { ...counted, newestEventAt } })
}

test('a minute is too old, a second less is not', () => {
  expect(judgeFreshness(aged(60), false, commands)).toEqual({
    state: 'failed',
    found: 'the newest event is 1 min 00 s old',
    fix: 'LOGS ingest',
  })
  expect(judgeFreshness(aged(59), false, commands).state).toBe('ok')
})

test('an event of a clock that goes before is not younger than now', () => {
  expect(judgeFreshness(aged(-30), false, commands).found).toBe('the newest event is 0 s old')
})

test('what is simulated or replayed says so, and its end is no failure', () => {
  expect(judgeFreshness(aged(2, 'simulated'), false, commands).found).toBe(
    'the newest event (simulated) is 2 s old',
  )
  expect(judgeFreshness(aged(400, 'simulated'), false, commands).state).toBe('failed')
  expect(judgeFreshness(aged(400, 'simulated'), true, commands)).toMatchObject({
    state: 'warning',
    found: expect.stringContaining('has sent all that it was to send'),
  })
  expect(judgeFreshness(aged(4e8, 'replayed'), true, commands).state).toBe('ok')
})

test('nothing counted is no freshness', () => {
  const none = { total: 0, perSecond: null, newestEventAt: null }
  expect(judgeFreshness(view({ counted: none }), false, commands)).toMatchObject({
    state: 'failed',
    found: 'nothing is counted yet',
  })
  expect(judgeFreshness(view({ counted: { ...none, total: 9 } }), false, commands).state).toBe('warning')
})
