import { expect, test } from 'vitest'
import { closing } from './closing.ts'

const words = { well: 'Ready', ill: 'Not ready', always: 'nothing was changed' }
const of = (...states: ('ok' | 'warning' | 'failed' | 'skipped')[]) =>
  closing(
    states.map(state => ({ state })),
    words,
  )

test('the last sentence says how many failed, and how many were not seen for that', () => {
  expect(of('ok', 'failed', 'skipped', 'skipped')).toBe(
    'Not ready: 1 of 4 failed, and 2 could not be looked at for that. Mend what the arrows say, then run this again; nothing was changed.',
  )
  expect(of('failed')).toMatch(/^Not ready: 1 of 1 failed\. Mend/)
})

test('warnings are counted', () => {
  expect(of('ok')).toBe('Ready: nothing was changed.')
  expect(of('ok', 'warning')).toBe('Ready, with a warning: nothing was changed.')
  expect(of('warning', 'warning')).toBe('Ready, with 2 warnings: nothing was changed.')
})
