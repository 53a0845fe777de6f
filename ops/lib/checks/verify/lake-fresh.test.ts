import { expect, test } from 'vitest'
import { judgeLake } from './lake-fresh.ts'
import { asked, commands, view } from './test-view.ts'
import { type View } from './view.ts'

const lake = (changes: Partial<View['lake']>) => ({ ...view().lake, ...changes })
const written = (secondsAgo: number) =>
  lake({
    last: {
      key: 'k',
      rows: 1,
      writtenAt: new Date(Date.parse(view().at) - secondsAgo * 1_000).toISOString(),
    },
  })

test('an object older than two rotations is failed while records wait', () => {
  expect(judgeLake(view({ lake: written(1_231) }), 600, commands)).toEqual({
    state: 'failed',
    found: 'the newest object is 20 min 31 s old (one every 10 min 00 s and partition), and 300 records wait',
    fix: 'LOGS batch',
  })
  expect(judgeLake(view({ lake: written(1_230) }), 600, commands).state).toBe('ok')
})

test('where no record waits, no object is missing', () => {
  const idle = view({ lake: written(9_000), services: [asked('lake', { heldRows: 0 })] })
  expect(judgeLake(idle, 600, commands)).toMatchObject({
    state: 'ok',
    found: expect.stringMatching(/no record waits/),
  })
})

test('a range that is sealed and never written is found, though other objects are new', () => {
  const unwritten = { ranges: 2, oldestSealedAt: '2026-11-23T07:00:00.000Z' }
  expect(judgeLake(view({ lake: lake({ unwritten }) }), 600, commands)).toMatchObject({
    state: 'failed',
    found: '2 sealed ranges have no object yet, the oldest for 60 min 00 s',
  })
})

test('no object yet is fine for two rotations, and a failure later', () => {
  const none = lake({ last: null })
  expect(judgeLake(view({ lake: none, flow: { minutes: 20 } }), 600, commands).state).toBe('warning')
  expect(judgeLake(view({ lake: none, flow: { minutes: 21 } }), 600, commands).state).toBe('failed')
})
