import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Look, waitUntil } from './wait.ts'

let said: string[]

beforeEach(() => {
  vi.useFakeTimers()
  said = []
})

afterEach(() => void vi.useRealTimers())

const patience = { what: 'database wikiflow', limitMs: 600_000, say: (text: string) => void said.push(text) }

async function inTime<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {})
  await vi.runAllTimersAsync()
  return promise
}

/** Looks as they come, the last one on and on; counts them. */
function looks<T>(...seen: Look<T>[]) {
  return vi.fn(async () => (seen.length > 1 ? seen.shift() : seen[0]) as Look<T>)
}

test('what is done at the first look is not waited for', async () => {
  const look = looks({ done: 'there' })
  expect(await waitUntil(look, patience)).toBe('there')
  expect(look).toHaveBeenCalledTimes(1)
  expect(said).toEqual([])
})

test('the wait says what it sees, and for how many minutes', async () => {
  const still: Look<string>[] = Array.from({ length: 12 }, () => ({ still: 'creating' }))
  expect(await inTime(waitUntil(looks<string>(...still, { done: 'there' }), patience))).toBe('there')
  expect(said[0]).toBe('creating')
  expect(said.at(-1)).toBe('creating, 1 min')
})

test('a thing that takes an hour is looked at every quarter of a minute, not every second', async () => {
  const look = looks<string>({ still: 'creating' })
  const waiting = waitUntil(look, { ...patience, limitMs: 3_600_000 })
  await expect(inTime(waiting)).rejects.toThrow('database wikiflow is still creating after 60 min')
  expect(look.mock.calls.length).toBeLessThan(260)
})

test('an error of a look ends the wait at once', async () => {
  const look = vi.fn().mockRejectedValue(new Error('ExpiredToken'))
  await expect(inTime(waitUntil(look, patience))).rejects.toThrow('ExpiredToken')
  expect(look).toHaveBeenCalledTimes(1)
})
