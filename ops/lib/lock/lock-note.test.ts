import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { isGone, markProcess } from '../cloud/process-mark.ts'
import { heldError, isOver, type LockNote, lockNote, parseNote, renewed } from './lock-note.ts'

const at = Date.parse('2026-11-23T14:03:12Z')
const elsewhere: LockNote = {
  ...lockNote('provision', at),
  holder: 'an@laptop',
  process: { machine: 'laptop', boot: 'b', pid: 4711, started: '1' },
}

test('who comes second reads who holds the lock, since when, and what to do', () => {
  expect(heldError(elsewhere, at + 40_000).message).toBe(
    'provision by an@laptop (process 4711) holds the lock since 14:03:12 UTC, 40 s ago. Nothing was changed: wait until it is done, or, if that process is gone, until the lock expires at 14:05:12 UTC (in 1 min 20 s), and run the same command again',
  )
  const evil = { ...elsewhere, holder: 'an\u001b[2J@laptop' }
  expect(heldError(evil, at).message).not.toContain('\u001b')
})

test('another machine’s lock is over only when it has run out, whatever runs here', () => {
  expect(isOver(elsewhere, at + 119_999)).toBe(false)
  expect(isOver(elsewhere, at + 120_000)).toBe(true)
  expect(isOver(renewed(elsewhere, at + 100_000), at + 130_000)).toBe(false)
})

test('a process of this machine is known to be gone once it has ended, and not before', async () => {
  const child = spawn('sleep', ['60'])
  const mark = markProcess(child.pid)
  expect(mark && isGone(mark)).toBe(false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(mark && isGone(mark)).toBe(true)
  expect(markProcess(child.pid)).toBeUndefined()
})

test('a number that another process has by now is not the holder', () => {
  const mine = markProcess()
  expect(mine && isGone(mine)).toBe(false)
  expect(mine && isGone({ ...mine, started: '1' })).toBe(true)
})

test('of another machine, boot or container nothing is known, though its name is this one’s', () => {
  const mine = markProcess()
  for (const change of [{ machine: 'laptop' }, { boot: 'another' }, { boot: '' }]) {
    expect(mine && isGone({ ...mine, started: '1', ...change })).toBe(false)
  }
})

test.each(['', '{', '[]', '{"holder":"an"}', JSON.stringify({ ...elsewhere, expires: 'soon' })])(
  'what isn’t a note is not read as one: %s',
  text => {
    expect(parseNote(text)).toBeUndefined()
  },
)

test('a note is read as it was written', () => {
  expect(parseNote(JSON.stringify(elsewhere))).toEqual(elsewhere)
})
